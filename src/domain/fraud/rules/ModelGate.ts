import type { BoostedTrees } from "../model/BoostedTrees.ts"
import { modelGates, passesGates } from "../model/Model.ts"
import { shippedModel } from "../model/ShippedModel.ts"
import type { RuleSet } from "./RuleSet.ts"

/** Why the model may not be in force; undefined when it may, or need not. It may always be on trial. */
export const modelRefusal = (rules: RuleSet, model: Pick<BoostedTrees, "metrics"> = shippedModel) =>
  rules.model.mode !== "on" || passesGates(model)
    ? undefined
    : {
        path: ["model", "mode"],
        message:
          `Expected "shadow" or "off": on calls that it has not seen the model must reach AUC ${modelGates.auc}, ` +
          `precision ${modelGates.precision} and recall ${modelGates.recall}`
      }
