import type { FunctionStatus } from '../../api.ts';
import { ThrottleForm } from './throttle-form.tsx';

/** The throttle of each function that works on a queue. */
export function Throttles({ functions }: { functions: readonly FunctionStatus[] }) {
  const consumers = functions.filter(({ mapping }) => mapping !== null);
  return (
    <section class="card" aria-labelledby="throttles-heading">
      <h2 id="throttles-heading">Throttles</h2>
      <ul class="throttles">
        {consumers.map(
          ({ name, mapping }) => mapping && <ThrottleForm key={name} name={name} mapping={mapping} />,
        )}
      </ul>
    </section>
  );
}
