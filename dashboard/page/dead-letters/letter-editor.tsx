import { useState } from 'preact/hooks';
import { parseJson, prettyJson } from '../../../lib/json.ts';
import { queueNamed } from '../../../topology.ts';
import type { DeadLetter, EditRequest } from '../../api.ts';
import { formatTime } from '../format.ts';
import { notify } from '../notices.tsx';
import { Field } from '../parts/field.tsx';
import { Modal } from '../parts/modal.tsx';
import { Received } from '../parts/received.tsx';
import { request, useAction } from '../request.ts';
import { toHash } from '../route.ts';

interface LetterEditorProps {
  letter: DeadLetter;
  onClose: () => void;
  onSent: () => void;
}

/** One letter: what is wrong with it, its body to mend, and sending it again. */
export function LetterEditor({ letter, onClose, onSent }: LetterEditorProps) {
  const { id, queue, order_id, reason, errors, attributes, sent_at } = letter;
  const [body, setBody] = useState(() => prettyJson(letter.body) ?? letter.body);
  const { run, busy, error } = useAction();
  const queueTitle = queueNamed(queue).title.toLowerCase();

  const send = () =>
    run(async () => {
      const edit: EditRequest = { body };
      await request(`dead-letters/${queue}/${encodeURIComponent(id)}`, { method: 'PUT', body: edit });
      const orderId = orderIdIn(body) ?? order_id;
      notify({
        text: `The letter is back in the ${queueTitle}.`,
        ...(orderId && { link: { href: toHash('orders', orderId), text: 'See what becomes of it' } }),
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
                  <Received text={order_id} />
                </a>
              ) : (
                'not known'
              )}
            </dd>
          </div>
          <div>
            <dt>Came in</dt>
            <dd class="number">{formatTime(sent_at)}</dd>
          </div>
          <div>
            <dt>Message</dt>
            <dd class="number">{id}</dd>
          </div>
        </dl>
        {errors.length > 0 ? (
          <ul class="errors">
            {errors.map((each) => (
              <li key={each}>
                <Received text={each} />
              </li>
            ))}
          </ul>
        ) : (
          <p>
            <Received text={reason.text} />
          </p>
        )}
        <Field label="Body" error={error}>
          {(described) => (
            <textarea
              {...described}
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
            Close
          </button>
          <button type="submit" class="primary" aria-disabled={busy}>
            Send again<span class="visually-hidden"> to the {queueTitle}</span>
          </button>
        </div>
      </form>
    </Modal>
  );
}

function Attributes({ attributes }: { attributes: DeadLetter['attributes'] }) {
  const pairs = Object.entries(attributes);
  if (pairs.length === 0) return <p class="muted">It has no message attributes.</p>;
  return (
    <>
      <h3>Message attributes, sent along unchanged</h3>
      <dl class="rows">
        {pairs.map(([name, value]) => (
          <div key={name}>
            <dt>
              <Received text={name} />
            </dt>
            <dd>
              <Received text={value} />
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
