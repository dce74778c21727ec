/** What a look at one thing has found. */
export interface Finding {
  subject: string;
  /** problem: it does not work, or work can be lost by it; warning: it works, and could be better or soon will not. */
  level: 'fine' | 'warning' | 'problem';
  text: string;
  /** What to do about it. */
  advice?: string;
}

/** How findings about one subject are made. */
export function findingsOf(subject: string) {
  return {
    fine: (text: string): Finding => ({ subject, level: 'fine', text }),
    warning: (text: string, advice: string): Finding => ({ subject, level: 'warning', text, advice }),
    problem: (text: string, advice: string): Finding => ({ subject, level: 'problem', text, advice }),
  };
}
