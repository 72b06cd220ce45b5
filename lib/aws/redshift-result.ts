import {
  type Field,
  GetStatementResultCommand,
  type GetStatementResultResponse,
  type RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import type { Row } from '../database/database.ts';
import { redshiftAnswer } from './redshift-answer.ts';

/** Reads all pages of a finished statement's result: at most 500 MB, which is the API's own limit. */
export async function readRedshiftResult(client: RedshiftDataClient, id: string | undefined): Promise<Row[]> {
  const rows: Row[] = [];
  let NextToken: string | undefined;
  do {
    const command = new GetStatementResultCommand({ Id: id, NextToken });
    const page: GetStatementResultResponse = await redshiftAnswer('GetStatementResult', client.send(command));
    const names = (page.ColumnMetadata ?? []).map(({ label, name }) => label ?? name ?? '');
    for (const fields of page.Records ?? []) {
      rows.push(Object.fromEntries(fields.map((field, column) => [names[column], toText(field)])));
    }
    NextToken = page.NextToken;
  } while (NextToken);
  return rows;
}

function toText({ stringValue, longValue, doubleValue, booleanValue }: Field): string | null {
  const value = stringValue ?? longValue ?? doubleValue ?? booleanValue;
  return value === undefined ? null : String(value);
}
