/** An e-mail that SNS would have sent. */
export interface MailRow {
  email_id: string;
  subject: string;
  message: string;
  order_id: string | null;
  /** ISO 8601. */
  sent_at: string;
}

export interface MailboxPage {
  /** In the mailbox queue. */
  total: number;
  /** Newest first, as many as were asked for: up to 50 where no number was. */
  mails: MailRow[];
}
