import { Argument } from 'commander';
import { QUEUE_NAMES } from '../../../topology.ts';

/** @param name `<queue>`, or `[queue]` where it may be left out */
export const queueArgument = (name: '<queue>' | '[queue]', description: string): Argument =>
  new Argument(name, description).choices(QUEUE_NAMES);
