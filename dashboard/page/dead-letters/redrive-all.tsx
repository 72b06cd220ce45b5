import { useState } from 'preact/hooks';
import { queueNamed } from '../../../topology.ts';
import type { QueueName } from '../../api.ts';
import { formatCount } from '../format/format-count.ts';
import { Failure } from '../parts/failure.tsx';
import { Modal } from '../parts/modal.tsx';
import { useAction } from '../use-action.ts';
import { redrive } from './redrive.ts';

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
