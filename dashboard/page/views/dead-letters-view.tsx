import { useEffect, useState } from 'preact/hooks';
import { queueNamed } from '../../../topology.ts';
import type { DeadLetterPage, QueueName } from '../../api.ts';
import { DeadLetterEditor } from '../dead-letters/dead-letter-editor.tsx';
import { DeadLetterGroups } from '../dead-letters/dead-letter-groups.tsx';
import { DeadLetterList } from '../dead-letters/dead-letter-list.tsx';
import { RedriveAll } from '../dead-letters/redrive.tsx';
import { formatCount } from '../format.ts';
import { useLive } from '../live/live-store.ts';
import { Failure } from '../parts/failure.tsx';
import { useFocusFallback } from '../parts/use-focus-fallback.ts';
import { ViewHeading } from '../parts/view-heading.tsx';
import { useLoaded } from '../request.ts';
import { toHash } from '../route.ts';

/** Debounces reloads while messages still arrive or leave. */
const SETTLE_MS = 1_500;

interface DeadLettersViewProps {
  queue: QueueName;
  /** SQS message ID of the open dead letter. */
  id: string | null;
}

/** The dead-letter queues: messages, reasons, redrive and edit. */
export function DeadLettersView({ queue, id }: DeadLettersViewProps) {
  const { data: page, error, reload } = useLoaded<DeadLetterPage>(`dead-letters/${queue}`);
  useReloadOnChange(queue, reload);
  useFocusFallback(page);
  const deadLetter = page?.letters.find((each) => each.id === id);
  const close = () => {
    location.hash = toHash('dead-letters', queue);
  };
  return (
    <>
      <ViewHeading title="Dead letters" />
      <QueueTabs current={queue} />
      <div class="view-head">
        <p class="muted number">
          {!page && !error && 'Loading…'}
          {page &&
            page.seen > 0 &&
            `Read ${formatCount(page.seen)} ${page.seen === 1 ? 'message' : 'messages'} from the dead-letter queue`}
        </p>
        <div class="actions">
          <button type="button" onClick={reload}>
            Refresh
          </button>
          {page && page.seen > 0 && <RedriveAll queue={queue} onDone={reload} />}
        </div>
      </div>
      {error && <Failure message={error.message} onRetry={reload} />}
      {page && page.seen === 0 && (
        <p class="empty">No dead letters. Messages that fail three times appear here.</p>
      )}
      {page && page.seen > 0 && (
        <>
          <DeadLetterGroups queue={queue} groups={page.groups} onDone={reload} />
          <DeadLetterList page={page} />
        </>
      )}
      {deadLetter && (
        <DeadLetterEditor key={deadLetter.id} deadLetter={deadLetter} onClose={close} onSent={reload} />
      )}
      {page && id && !deadLetter && (
        <p class="empty">Message {id} is no longer in this queue, or not among its oldest 100 messages.</p>
      )}
    </>
  );
}

/** Reloads when the number of dead letters has changed and is stable again. */
function useReloadOnChange(queue: QueueName, reload: () => void): void {
  const count = useLive((live) => live.status?.queues.find(({ name }) => name === queue)?.deadLetters);
  const [seen, setSeen] = useState({ queue, count });
  useEffect(() => {
    if (seen.queue === queue && seen.count === count) return;
    const isFirst = seen.queue !== queue || seen.count === undefined;
    if (isFirst) {
      setSeen({ queue, count });
      return;
    }
    const timer = setTimeout(() => {
      setSeen({ queue, count });
      reload();
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [queue, count, seen, reload]);
}

/** One tab per dead-letter queue, with its message count. */
function QueueTabs({ current }: { current: QueueName }) {
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
