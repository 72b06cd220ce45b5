import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/**
 * An answer that browsers save as a file.
 *
 * @param name letters, digits, `-` and `.` only: it is quoted as it is
 */
export function csvFile(name: string, csv: string): APIGatewayProxyStructuredResultV2 {
  const headers = {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="${name}"`,
  };
  return { statusCode: 200, headers, body: csv };
}
