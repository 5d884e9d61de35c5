/** The objectives there are, in the order in which they are offered; the first is the default. */
import { cispo } from './cispo.ts';
import { dapo } from './dapo.ts';
import { grpo } from './grpo.ts';
import { gspo } from './gspo.ts';
import type { Objective } from './objective.ts';

export const OBJECTIVES = [grpo, dapo, cispo, gspo] as const satisfies readonly Objective[];

export type ObjectiveName = (typeof OBJECTIVES)[number]['name'];
