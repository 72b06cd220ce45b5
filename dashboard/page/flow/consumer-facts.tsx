import type { FunctionStatus } from '../../api.ts';
import { formatCount } from '../format/format-count.ts';
import { formatDuration } from '../format/format-duration.ts';
import { formatRate } from '../format/format-rate.ts';
import { Tag } from '../parts/tag.tsx';

interface ConsumerFactsProps {
  consumer: FunctionStatus;
  /** Messages that it is done with. */
  perSecond: number | null;
}

/** The function that works on a queue: how fast, how many at once, how well. */
export function ConsumerFacts({ consumer, perSecond }: ConsumerFactsProps) {
  const { name, running, averageMs, errors, mapping } = consumer;
  return (
    <div class="consumer">
      <div class="node-head">
        <h4>{name}</h4>
        {mapping && !mapping.enabled ? (
          <Tag kind="warning">paused</Tag>
        ) : (
          <p class="number">
            <span class="visually-hidden">deals with </span>
            {formatRate(perSecond)}
          </p>
        )}
      </div>
      <div class="node-head number">
        <p class="muted">
          {running !== null && `${formatCount(running)} of ${mapping?.maximumConcurrency ?? 'any'} running, `}
          {averageMs === null ? 'not run yet' : `${formatDuration(averageMs / 1_000)} each`}
        </p>
        {errors > 0 && (
          <p class="warning">
            {formatCount(errors)} {errors === 1 ? 'error' : 'errors'}
          </p>
        )}
      </div>
    </div>
  );
}
