import { handler } from '../../handlers/consumer.ts';
import type { Contend } from '../processes/contender.ts';
import { pollForHandler } from './poll-for-handler.ts';

/** The consumer, as Lambda runs it. */
export const contend: Contend = async (task) => pollForHandler(handler, task);
