import type { BoardProfile } from '../profiles/profile.ts';
import { findProfile } from '../profiles/index.ts';

/** The release that the recorded behaviour comes from. */
export const testProfile: BoardProfile = findProfile('nodemcu-3.0');
