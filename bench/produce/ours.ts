import type { ProducerReport } from '../../lib/produce/produce-orders.ts';
import { createInvocationContext } from '../../runtime/invocation-context.ts';
import type { Contend } from '../processes/contender.ts';

/** The function `producer`, invoked with a `count`. */
export const contend: Contend = async ({ orders, seed }) => {
  const { handler } = await import('../../handlers/producer.ts');
  const context = createInvocationContext({
    requestId: 'bench',
    functionName: 'producer',
    functionArn: '',
    memorySize: '',
    deadline: Date.now() + 900_000,
  });
  return async () => {
    const { sent } = (await handler({ count: orders, seed }, context)) as ProducerReport;
    if (sent !== orders) throw new Error(`producer: must send ${orders} orders, sent ${sent}`);
  };
};
