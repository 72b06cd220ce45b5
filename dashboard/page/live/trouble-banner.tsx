import { Failure } from '../parts/failure.tsx';
import { useLive } from './use-live.ts';

/** Says that figures are old, and why. */
export function TroubleBanner() {
  const connection = useLive((live) => live.connection);
  const trouble = useLive((live) => live.trouble);
  if (connection !== 'trouble') return null;
  return (
    <Failure
      message={
        trouble
          ? `The pipeline cannot be read, so figures are old: ${trouble}`
          : 'The server of this page is out of reach, so figures are old. The page keeps trying to connect.'
      }
    />
  );
}
