import { queueNamed } from '../../../topology.ts';
import type { QueueName } from '../../api.ts';
import { formatCount } from '../format/format-count.ts';
import { useLive } from '../live/use-live.ts';
import { toHash } from '../routing/route.ts';

/** The dead-letter queues, each with how much it holds. */
export function QueueTabs({ current }: { current: QueueName }) {
  const queues = useLive((live) => live.status?.queues) ?? [];
  return (
    <nav aria-label="Dead-letter queues">
      <ul class="tabs">
        {queues.map(({ name, deadLetters }) => (
          <li key={name}>
            <a href={toHash('dead-letters', name)} aria-current={name === current ? 'page' : undefined}>
              {queueNamed(name).title.replace(' queue', '')}{' '}
              <span class={deadLetters > 0 ? 'badge badge-danger number' : 'badge number'}>
                {formatCount(deadLetters)}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
