/** Exit statuses of `orders`, for scripts to rely on. */
export const EXIT = {
  /** Done as asked, and nothing is wrong. */
  ok: 0,
  /** Something is wrong with what was asked about, such as rows that are not orders, or gaps; or the command failed. */
  failed: 1,
  /** The command line, or something that it names, breaks a rule: nothing was done. */
  usage: 2,
  /** The embedded cloud is not running, or AWS is out of reach. */
  unreachable: 3,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];
