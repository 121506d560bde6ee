import { callMasking } from "./fraud/CallMasking.ts"
import { cliImpossible } from "./fraud/CliImpossible.ts"
import { cliMask } from "./fraud/CliMask.ts"
import { flashCall } from "./fraud/FlashCall.ts"
import { impossibleGeography } from "./fraud/ImpossibleGeography.ts"
import { irsf } from "./fraud/Irsf.ts"
import { pbxHacking } from "./fraud/PbxHacking.ts"
import { refiling } from "./fraud/Refiling.ts"
import { robocall } from "./fraud/Robocall.ts"
import { sequentialSpoofing } from "./fraud/SequentialSpoofing.ts"
import { simBox } from "./fraud/SimBox.ts"
import { trafficPumping } from "./fraud/TrafficPumping.ts"
import { wangiri } from "./fraud/Wangiri.ts"
import { callCentre } from "./honest/CallCentre.ts"
import { churchBroadcast } from "./honest/ChurchBroadcast.ts"
import { courier, taxi } from "./honest/Driver.ts"
import { hospital } from "./honest/Hospital.ts"
import { offshoreCentre } from "./honest/OffshoreCentre.ts"
import { otpSender } from "./honest/OtpSender.ts"
import { radioVote } from "./honest/RadioVote.ts"
import { roamingFamily } from "./honest/RoamingFamily.ts"
import { transitCarrier } from "./honest/TransitCarrier.ts"
import type { FraudLabel, HonestGroup } from "./Labels.ts"
import type { Scenario } from "./Scenario.ts"

export const fraudScenarios: Readonly<Record<FraudLabel, Scenario>> = {
  call_masking: callMasking,
  sequential_spoofing: sequentialSpoofing,
  impossible_geography: impossibleGeography,
  cli_mask: cliMask,
  cli_impossible: cliImpossible,
  sim_box: simBox,
  wangiri,
  irsf,
  pbx_hacking: pbxHacking,
  traffic_pumping: trafficPumping,
  flash_call: flashCall,
  refiling,
  robocall
}

export const honestScenarios: Readonly<Record<HonestGroup, Scenario>> = {
  call_centre: callCentre,
  taxi,
  courier,
  hospital,
  otp_sender: otpSender,
  radio_vote: radioVote,
  roaming_family: roamingFamily,
  church_broadcast: churchBroadcast,
  offshore_centre: offshoreCentre,
  transit_carrier: transitCarrier
}
