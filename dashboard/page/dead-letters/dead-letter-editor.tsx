import { useState } from 'preact/hooks';
import { parseJson, prettyJson } from '../../../lib/json.ts';
import { queueNamed } from '../../../topology.ts';
import type { DeadLetter, EditRequest } from '../../api.ts';
import { formatTime } from '../format.ts';
import { notify } from '../notices.tsx';
import { Field } from '../parts/field.tsx';
import { Modal } from '../parts/modal.tsx';
import { UntrustedText } from '../parts/untrusted-text.tsx';
import { request, useAction } from '../request.ts';
import { toHash } from '../route.ts';

interface DeadLetterEditorProps {
  deadLetter: DeadLetter;
  onClose: () => void;
  onSent: () => void;
}

/** Shows one dead letter with its errors, and sends its edited body back to the queue. */
export function DeadLetterEditor({ deadLetter, onClose, onSent }: DeadLetterEditorProps) {
  const { id, queue, order_id, reason, errors, attributes, sent_at } = deadLetter;
  const [body, setBody] = useState(() => prettyJson(deadLetter.body) ?? deadLetter.body);
  const { run, busy, error } = useAction();
  const queueTitle = queueNamed(queue).title.toLowerCase();

  const send = () =>
    run(async () => {
      const edit: EditRequest = { body };
      await request(`dead-letters/${queue}/${encodeURIComponent(id)}`, { method: 'PUT', body: edit });
      const orderId = orderIdIn(body) ?? order_id;
      notify({
        text: `Message sent to the ${queueTitle}.`,
        ...(orderId && { link: { href: toHash('orders', orderId), text: 'View order' } }),
      });
      onClose();
      onSent();
    });

  return (
    <Modal heading="Dead letter" onClose={onClose} wide>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <dl class="facts-line">
          <div>
            <dt>Order</dt>
            <dd>
              {order_id ? (
                <a href={toHash('orders', order_id)}>
                  <UntrustedText text={order_id} />
                </a>
              ) : (
                'Unknown'
              )}
            </dd>
          </div>
          <div>
            <dt>Sent</dt>
            <dd class="number">{formatTime(sent_at)}</dd>
          </div>
          <div>
            <dt>Message ID</dt>
            <dd class="number">{id}</dd>
          </div>
        </dl>
        {errors.length > 0 ? (
          <ul class="errors">
            {errors.map((each) => (
              <li key={each}>
                <UntrustedText text={each} />
              </li>
            ))}
          </ul>
        ) : (
          <p>
            <UntrustedText text={reason.text} />
          </p>
        )}
        <Field label="Body" error={error}>
          {(controlProps) => (
            <textarea
              {...controlProps}
              class="editor"
              rows={14}
              spellcheck={false}
              autocomplete="off"
              value={body}
              onInput={(event) => setBody(event.currentTarget.value)}
            />
          )}
        </Field>
        <Attributes attributes={attributes} />
        <div class="dialog-actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary" aria-disabled={busy}>
            Save and redrive<span class="visually-hidden"> to the {queueTitle}</span>
          </button>
        </div>
      </form>
    </Modal>
  );
}

function Attributes({ attributes }: { attributes: DeadLetter['attributes'] }) {
  const pairs = Object.entries(attributes);
  if (pairs.length === 0) return <p class="muted">No message attributes</p>;
  return (
    <>
      <h3>Message attributes (sent unchanged)</h3>
      <dl class="rows">
        {pairs.map(([name, value]) => (
          <div key={name}>
            <dt>
              <UntrustedText text={name} />
            </dt>
            <dd>
              <UntrustedText text={value} />
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function orderIdIn(text: string): string | null {
  const { order_id } = Object(parseJson(text)) as { order_id?: unknown };
  return typeof order_id === 'string' ? order_id : null;
}
