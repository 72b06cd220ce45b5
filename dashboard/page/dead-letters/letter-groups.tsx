import type { DeadLetterGroup, QueueName } from '../../api.ts';
import { formatCount } from '../format.ts';
import { Failure } from '../parts/failure.tsx';
import { Received } from '../parts/received.tsx';
import { useAction } from '../request.ts';
import { redrive } from './redrive.tsx';

interface LetterGroupsProps {
  queue: QueueName;
  groups: readonly DeadLetterGroup[];
  onDone: () => void;
}

/** Letters by what is wrong with them. */
export function LetterGroups({ queue, groups, onDone }: LetterGroupsProps) {
  const { run, busy, error } = useAction();
  return (
    <section aria-labelledby="reasons-heading">
      <h2 id="reasons-heading">Reasons</h2>
      {error && <Failure message={error} />}
      <ul class="card groups">
        {groups.map(({ reason, count }) => (
          <li key={reason.code}>
            <strong class="number group-count">{formatCount(count)}</strong>
            <p>
              <Received text={reason.text} />
              <br />
              <code class="muted">
                <Received text={reason.code} />
              </code>
            </p>
            <button
              type="button"
              aria-disabled={busy}
              onClick={() =>
                run(async () => {
                  await redrive(queue, { reason: reason.code });
                  onDone();
                })
              }
            >
              Redrive these
              <span class="visually-hidden">
                : {formatCount(count)}, {reason.code}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
