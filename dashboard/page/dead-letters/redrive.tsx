import { useState } from 'preact/hooks';
import { queueNamed } from '../../../topology.ts';
import type { QueueName, RedriveReport, RedriveRequest } from '../../api.ts';
import { formatCount } from '../format.ts';
import { notify } from '../notices.tsx';
import { Failure } from '../parts/failure.tsx';
import { Modal } from '../parts/modal.tsx';
import { request, useAction } from '../request.ts';

/**
 * Sends letters back to their queue, as they are, and tells the operator how many.
 *
 * @throws RequestError
 */
export async function redrive(queue: QueueName, choice: RedriveRequest): Promise<void> {
  const { matched, sent, failures } = await request<RedriveReport>(`dead-letters/${queue}/redrive`, {
    method: 'POST',
    body: choice,
  });
  const [first] = failures;
  const trouble = first ? ` The first of ${formatCount(failures.length)} failures: ${first.message}` : '';
  notify({
    text: `${formatCount(sent)} of ${formatCount(matched)} sent back to the ${queueNamed(queue).title.toLowerCase()}.${trouble}`,
  });
}

interface RedriveAllProps {
  queue: QueueName;
  seen: number;
  onDone: () => void;
}

/** Sends back everything, once the operator has confirmed that. */
export function RedriveAll({ queue, seen, onDone }: RedriveAllProps) {
  const [asking, setAsking] = useState(false);
  const { run, busy, error } = useAction();
  const confirm = () =>
    run(async () => {
      await redrive(queue, {});
      setAsking(false);
      onDone();
    });
  return (
    <>
      <button type="button" onClick={() => setAsking(true)}>
        Redrive all
      </button>
      {asking && (
        <Modal heading="Redrive everything?" onClose={() => setAsking(false)}>
          <p>
            All {formatCount(seen)} dead letters go back to the {queueNamed(queue).title.toLowerCase()} as
            they are. Those whose body is wrong will fail three times again, and come back here.
          </p>
          {error && <Failure message={error} />}
          <div class="dialog-actions">
            <button type="button" onClick={() => setAsking(false)}>
              Cancel
            </button>
            <button type="button" class="primary" aria-disabled={busy} onClick={confirm}>
              Redrive all {formatCount(seen)}
            </button>
          </div>
        </Modal>
      )}
    </>
  );
}
