import { ViewHeading } from '../parts/view-heading.tsx';
import { toHash } from '../routing/route.ts';

/** For addresses that name no view. */
export function UnknownView() {
  return (
    <>
      <ViewHeading title="There is no such view" />
      <p>
        The address names none of the views above. <a href={toHash('')}>Go to the overview</a>.
      </p>
    </>
  );
}
