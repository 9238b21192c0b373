import type { TSESLint } from '@typescript-eslint/utils';

export const costlySyntax: { selector: string; message: string }[];
export function firmwareRules(files?: string[]): TSESLint.FlatConfig.ConfigArray;
