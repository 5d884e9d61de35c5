import { PolicyLayer } from '../../src/grpo/policy.ts';
import type { HintEvent } from '../../src/grpo/types.ts';

/** The policy after the first `count` events of a log. */
export function replayEvents(events: readonly HintEvent[], count = events.length): PolicyLayer {
  const policy = new PolicyLayer();
  for (const event of events.slice(0, count)) policy.apply(event);
  return policy;
}
