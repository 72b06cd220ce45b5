import { badEmails } from './bodies/emails.ts';
import { badIdentities } from './bodies/identities.ts';
import { badPrices } from './bodies/prices.ts';
import { badStructures } from './bodies/structures.ts';
import { badTexts } from './bodies/texts.ts';
import { badTimestamps } from './bodies/timestamps.ts';
import { wrongTypes } from './bodies/wrong-types.ts';

/** Message bodies of the order queue. */
export const bodies = [
  ...badStructures,
  ...wrongTypes,
  ...badTexts,
  ...badEmails,
  ...badPrices,
  ...badTimestamps,
  ...badIdentities,
];
