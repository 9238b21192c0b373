import { requirements, type Requirement } from './rfc9293.ts';

/** `npm run rfc9293`: every MUST of RFC 9293 with what shows that the profile `correct` meets it, or why it does not. */
function describe({ must, subject, proof }: Requirement): string {
  const about = `MUST-${must}`.padEnd(8) + subject.padEnd(58);
  if ('timeline' in proof) return `${about} time line: ${proof.timeline}`;
  if ('test' in proof) return `${about} ${proof.test}: ${proof.named}`;
  return `${about} ${'met' in proof ? `met: ${proof.met}` : `NOT MET: ${proof.unmet}`}`;
}

for (const requirement of requirements) console.log(describe(requirement));
const unmet = requirements.filter(({ proof }) => 'unmet' in proof);
console.log(`\n${requirements.length - unmet.length} of ${requirements.length} met`);
