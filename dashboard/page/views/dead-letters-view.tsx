import { useEffect, useState } from 'preact/hooks';
import { queueNamed } from '../../../topology.ts';
import type { DeadLetterPage, QueueName } from '../../api.ts';
import { LetterEditor } from '../dead-letters/letter-editor.tsx';
import { LetterGroups } from '../dead-letters/letter-groups.tsx';
import { LetterList } from '../dead-letters/letter-list.tsx';
import { RedriveAll } from '../dead-letters/redrive.tsx';
import { formatCount } from '../format.ts';
import { useLive } from '../live/live-store.ts';
import { Failure } from '../parts/failure.tsx';
import { useKeptFocus } from '../parts/use-kept-focus.ts';
import { ViewHeading } from '../parts/view-heading.tsx';
import { useLoaded } from '../request.ts';
import { toHash } from '../route.ts';

const SETTLE_MS = 1_500;

interface DeadLettersViewProps {
  queue: QueueName;
  /** Of the letter that is open. */
  id: string | null;
}

/** The messages that could not be processed, why, and the ways to repair them. */
export function DeadLettersView({ queue, id }: DeadLettersViewProps) {
  const { answer: page, error, reload } = useLoaded<DeadLetterPage>(`dead-letters/${queue}`);
  useReloadOnChange(queue, reload);
  useKeptFocus(page);
  const letter = page?.letters.find((each) => each.id === id);
  const close = () => {
    location.hash = toHash('dead-letters', queue);
  };
  return (
    <>
      <ViewHeading title="Dead letters" />
      <QueueTabs current={queue} />
      <div class="view-head">
        <p class="muted number">
          {page
            ? `${formatCount(page.seen)} looked at in the dead-letter queue of the ${queueNamed(queue).title.toLowerCase()}`
            : 'Looking …'}
        </p>
        <div class="actions">
          <button type="button" onClick={reload}>
            Look again
          </button>
          {page && page.seen > 0 && <RedriveAll queue={queue} seen={page.seen} onDone={reload} />}
        </div>
      </div>
      {error && <Failure message={error.message} onRetry={reload} />}
      {page && page.seen === 0 && (
        <p class="empty">No dead letters here. What fails three times is kept here until it is sent again.</p>
      )}
      {page && page.seen > 0 && (
        <>
          <LetterGroups queue={queue} groups={page.groups} onDone={reload} />
          <LetterList page={page} />
        </>
      )}
      {letter && <LetterEditor key={letter.id} letter={letter} onClose={close} onSent={reload} />}
      {page && id && !letter && (
        <p class="empty">The letter {id} is not here (any more), or not among the oldest 100.</p>
      )}
    </>
  );
}

/** Loads again once the count of the live status has changed and stands still. */
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

/** The dead-letter queues, each with how much it holds. */
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
