import type { FauxqsApp } from './fauxqs.ts';

/** What became of an invocation. An `Event` is answered once the function is known, without waiting for its end. */
export type InvokeAnswer =
  | { found: false }
  /** `payload` is JSON text; for a `functionError` it is the error object that Lambda would answer. */
  | { found: true; payload?: string; functionError?: 'Unhandled' };

export type InvokeFunction = (
  name: string,
  payload: unknown,
  invocationType: 'RequestResponse' | 'Event',
) => Promise<InvokeAnswer>;

/** A name alone, with a qualifier, or any form of ARN. */
const FUNCTION_NAME = /^(?:.*:?function:)?([^:]+)(?::[^:]*)?$/;

/** The function's name in what a request calls it by. */
export const functionNameOf = (text: string): string => FUNCTION_NAME.exec(text)?.[1] ?? text;

/**
 * Lambda's Invoke API: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html.
 * A `DryRun` is answered 204 without a call, for any name.
 */
export function addInvokeRoute(app: FauxqsApp, invoke: InvokeFunction): void {
  // A scope of its own, for Lambda reads the payload as JSON whatever content type a client gives it.
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
          const rule = 'X-Amz-Invocation-Type is RequestResponse, Event or DryRun';
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
