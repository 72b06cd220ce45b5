import type { DeniedRequest } from '../../api.ts';
import { formatCount } from '../format.ts';
import { UntrustedText } from '../parts/untrusted-text.tsx';

/** Lists the requests that IAM refused, the latest first. Shows nothing if there is none, or on AWS. */
export function Denials({ denials }: { denials: readonly DeniedRequest[] | null }) {
  if (!denials?.length) return null;
  return (
    <section class="failure" aria-labelledby="denials-heading">
      <h2 id="denials-heading">Denied by IAM</h2>
      <ul>
        {denials.toReversed().map(({ principal, action, resource, message, count }) => (
          <li key={`${principal} ${action} ${resource}`}>
            <UntrustedText text={message} /> ({formatCount(count)}×)
          </li>
        ))}
      </ul>
    </section>
  );
}
