import { useState } from 'preact/hooks';
import { queueNamed } from '../../../topology.ts';
import type { QueueName, RedriveReport, RedriveRequest } from '../../api.ts';
import { formatCount } from '../format.ts';
import { notify } from '../notices.tsx';
import { Failure } from '../parts/failure.tsx';
import { Modal } from '../parts/modal.tsx';
import { request, useAction } from '../request.ts';

/**
 * Sends dead letters back to their queue unchanged, and shows the result.
 *
 * @throws RequestError
 */
export async function redrive(queue: QueueName, choice: RedriveRequest): Promise<void> {
  const { matched, sent, failures } = await request<RedriveReport>(`dead-letters/${queue}/redrive`, {
    method: 'POST',
    body: choice,
  });
  const [first] = failures;
  const errors = first ? ` ${formatCount(failures.length)} failed, first error: ${first.message}` : '';
  notify({
    text: `Sent ${formatCount(sent)} of ${formatCount(matched)} messages to the ${queueNamed(queue).title.toLowerCase()}.${errors}`,
  });
}

interface RedriveAllProps {
  queue: QueueName;
  onDone: () => void;
}

/** Redrives all messages of a dead-letter queue after a confirmation. */
export function RedriveAll({ queue, onDone }: RedriveAllProps) {
  const [confirming, setConfirming] = useState(false);
  const { run, busy, error } = useAction();
  const confirm = () =>
    run(async () => {
      await redrive(queue, {});
      setConfirming(false);
      onDone();
    });
  return (
    <>
      <button type="button" onClick={() => setConfirming(true)}>
        Redrive all
      </button>
      {confirming && (
        <Modal heading="Redrive all dead letters?" onClose={() => setConfirming(false)}>
          <p>
            All messages in this dead-letter queue return to the {queueNamed(queue).title.toLowerCase()}{' '}
            unchanged. Invalid messages will fail again and return to this list.
          </p>
          {error && <Failure message={error} />}
          <div class="dialog-actions">
            <button type="button" onClick={() => setConfirming(false)}>
              Cancel
            </button>
            <button type="button" class="primary" aria-disabled={busy} onClick={confirm}>
              Redrive all
            </button>
          </div>
        </Modal>
      )}
    </>
  );
}
