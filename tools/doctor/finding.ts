/** What the doctor found out about one thing. */
export interface Finding {
  subject: string;
  /** `good`: there; `limited`: without it something is less true or less comfortable; `bad`: nothing works without it. */
  state: 'good' | 'limited' | 'bad';
  /** What is there, or what its absence means. */
  detail: string;
  /** What to do about it, when there is something to do. */
  cure?: string;
}

export const good = (subject: string, detail: string): Finding => ({ subject, state: 'good', detail });

export const limited = (subject: string, detail: string, cure?: string): Finding => ({
  subject,
  state: 'limited',
  detail,
  ...(cure !== undefined && { cure }),
});

export const bad = (subject: string, detail: string, cure: string): Finding => ({
  subject,
  state: 'bad',
  detail,
  cure,
});
