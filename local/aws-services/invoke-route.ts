import type { FauxqsApp } from './fauxqs.ts';

/** The result of an invocation. For an `Event`, it is returned without waiting for the function. */
export type InvokeAnswer =
  | { found: false }
  /** `payload` is JSON: the answer, or Lambda's error object if `functionError` is set. */
  | { found: true; payload?: string; functionError?: 'Unhandled' };

export type InvokeFunction = (
  name: string,
  payload: unknown,
  invocationType: 'RequestResponse' | 'Event',
) => Promise<InvokeAnswer>;

/** Matches a name, a name with a qualifier, or any form of ARN. */
const FUNCTION_NAME = /^(?:.*:?function:)?([^:]+)(?::[^:]*)?$/;

/** Returns the function's name from a name or an ARN. */
export const functionNameOf = (text: string): string => FUNCTION_NAME.exec(text)?.[1] ?? text;

/**
 * Adds Lambda's Invoke API: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html.
 * A `DryRun` is answered 204 for any name, without an invocation.
 */
export function addInvokeRoute(app: FauxqsApp, invoke: InvokeFunction): void {
  // The separate scope has its own parser: Lambda reads the payload as JSON, whatever its content type.
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));

    scope.post<{ Params: { name: string }; Body: string | undefined }>(
      '/2015-03-31/functions/:name/invocations',
      async ({ params, headers, body }, reply) => {
        const refuse = (status: number, type: string, message: string) =>
          reply.code(status).header('x-amzn-errortype', type).send({ Type: 'User', Message: message });

        const type = headers['x-amz-invocation-type'] ?? 'RequestResponse';
        if (type === 'DryRun') return reply.code(204).send();
        if (type !== 'RequestResponse' && type !== 'Event') {
          const rule = 'X-Amz-Invocation-Type: must be RequestResponse, Event or DryRun';
          return refuse(400, 'InvalidParameterValueException', `${rule}, received ${type}`);
        }

        let payload: unknown;
        try {
          payload = JSON.parse(body || '{}');
        } catch (error) {
          const reason = (error as SyntaxError).message;
          return refuse(
            400,
            'InvalidRequestContentException',
            `Could not parse request body into json: ${reason}`,
          );
        }

        const name = functionNameOf(params.name);
        const answer = await invoke(name, payload, type);
        if (!answer.found)
          return refuse(404, 'ResourceNotFoundException', `Function not found: ${params.name}`);
        if (type === 'Event') return reply.code(202).send();
        if (answer.functionError) reply.header('x-amz-function-error', answer.functionError);
        return reply
          .header('x-amz-executed-version', '$LATEST')
          .type('application/json')
          .send(answer.payload ?? 'null');
      },
    );
  });
}
