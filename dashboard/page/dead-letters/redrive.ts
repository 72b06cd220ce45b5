import { queueNamed } from '../../../topology.ts';
import type { QueueName, RedriveReport, RedriveRequest } from '../../api.ts';
import { formatCount } from '../format/format-count.ts';
import { notify } from '../notices/notices.ts';
import { request } from '../request.ts';

/**
 * Sends letters back to their queue, as they are, and tells the operator how many.
 *
 * @throws RequestError
 */
export async function redrive(queue: QueueName, choice: RedriveRequest): Promise<void> {
  const { matched, sent, failures } = await request<RedriveReport>(`dead-letters/${queue}/redrive`, {
    method: 'POST',
    body: choice,
  });
  const [first] = failures;
  const trouble = first ? ` The first of ${formatCount(failures.length)} failures: ${first.message}` : '';
  notify({
    text: `${formatCount(sent)} of ${formatCount(matched)} sent back to the ${queueNamed(queue).title.toLowerCase()}.${trouble}`,
  });
}
