import { handler } from '../../handlers/consumer.ts';
import { CONSUMER_MAPPING, pollForHandler } from '../poll-for-handler.ts';
import type { Contend } from '../processes/contender.ts';

/** The function `consumer` as Lambda runs it. */
export const contend: Contend = async (task) => pollForHandler(handler, CONSUMER_MAPPING, task);
