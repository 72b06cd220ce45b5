import { Logger } from '@aws-lambda-powertools/logger';

/**
 * The functions' log: JSON lines, service name and level from the `POWERTOOLS_*` variables. Says `order_id`s and
 * message ids, never names, addresses or bodies.
 */
export const logger = new Logger();
