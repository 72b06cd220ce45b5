import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeStatementCommand,
  type DescribeStatementResponse,
  type RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import { DatabaseError } from '../database/database-error.ts';
import { redshiftAnswer } from './redshift-answer.ts';

/** First pause between two looks at a statement, in ms. */
const FIRST_PAUSE_MS = 100;
/** No pause is longer than this, in ms. */
const LONGEST_PAUSE_MS = 1_000;
/** Each pause is this much longer than the one before. */
const GROWTH = 1.5;

/**
 * Waits until a statement, or a batch of them, has ended well.
 *
 * @param id what the Data API has called it
 * @param deadline epoch milliseconds
 * @throws DatabaseError `statement_failed`, `statement_aborted` with the reason, or `statement_not_finished`
 */
export async function waitForRedshiftStatement(
  client: RedshiftDataClient,
  id: string | undefined,
  deadline: number,
): Promise<DescribeStatementResponse> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * GROWTH, LONGEST_PAUSE_MS)) {
    const statement = await redshiftAnswer(
      'DescribeStatement',
      client.send(new DescribeStatementCommand({ Id: id })),
    );
    if (statement.Status === 'FINISHED') return statement;
    if (statement.Status === 'FAILED') throw ended('statement_failed', statement);
    if (statement.Status === 'ABORTED') throw ended('statement_aborted', statement);
    if (Date.now() + pause > deadline) {
      const message = `statement ${id}: must be finished in time, received status ${statement.Status}`;
      throw new DatabaseError('statement_not_finished', message, false);
    }
    await sleep(pause);
  }
}

/** The API tells no SQLSTATE, only a text; of a batch, which of its statements failed. */
function ended(
  code: string,
  { Id, Error: reason, SubStatements = [] }: DescribeStatementResponse,
): DatabaseError {
  const failed = SubStatements.find(({ Error: subReason }) => subReason);
  const message = failed?.Error ?? reason ?? 'no reason given';
  return new DatabaseError(code, `statement ${failed?.Id ?? Id}: ${message}`, false);
}
