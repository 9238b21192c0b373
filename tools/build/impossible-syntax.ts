import type TS from 'typescript';
import { ts } from './typescript.ts';
import { type Problem, placeOf, relativePath } from './problem.ts';

/** Syntax that cannot run on the board or would do something else there, and what to write instead. */
interface Refusal {
  what: string;
  cure: string;
}

const asynchronous: Refusal = { what: 'async and await, which need 9.7 kB of heap', cure: 'pass a callback' };
const generator: Refusal = {
  what: 'a generator, which needs 4.3 kB of heap',
  cure: 'write a loop, or pass a callback',
};
const accessor: Refusal = { what: 'a getter or setter', cure: 'write a function' };
const classes: Refusal = {
  what: 'a class, which needs more than 1 kB of heap',
  cure: 'write functions of the module, and its state as `let` that is not exported',
};

const ofKind: Partial<Record<TS.SyntaxKind, Refusal>> = {
  [ts.SyntaxKind.ClassDeclaration]: classes,
  [ts.SyntaxKind.ClassExpression]: classes,
  [ts.SyntaxKind.AwaitExpression]: asynchronous,
  [ts.SyntaxKind.YieldExpression]: generator,
  [ts.SyntaxKind.DeleteExpression]: {
    what: 'delete, which needs 4.7 kB of heap',
    cure: 'write `t[key] = undefined`, which removes the field in Lua',
  },
  [ts.SyntaxKind.SpreadAssignment]: { what: 'a spread of fields', cure: 'name the fields, or copy them with pairs(t)' },
  [ts.SyntaxKind.GetAccessor]: accessor,
  [ts.SyntaxKind.SetAccessor]: accessor,
  [ts.SyntaxKind.LabeledStatement]: {
    what: 'a label: Lua 5.1 has no goto',
    cure: 'move the loops into a function and return from it',
  },
  [ts.SyntaxKind.RegularExpressionLiteral]: {
    what: 'a regular expression',
    cure: "write a pattern of Lua, as in s.match('^%d+$')",
  },
  [ts.SyntaxKind.BigIntLiteral]: {
    what: 'a bigint',
    cure: 'write a number: float builds count exactly up to 2^53',
  },
  [ts.SyntaxKind.DebuggerStatement]: { what: 'a debugger statement', cure: 'print what you want to see' },
  [ts.SyntaxKind.MetaProperty]: { what: 'import.meta or new.target', cure: 'hand over what you need as an argument' },
  [ts.SyntaxKind.Decorator]: { what: 'a decorator', cure: 'call the function' },
  [ts.SyntaxKind.WithStatement]: { what: 'a with statement', cure: 'name the table in front of each field' },
  [ts.SyntaxKind.ImportKeyword]: {
    what: 'import() as an expression',
    cure: "load it with require<typeof import('./x.ts')>($module('./x.ts'))",
  },
};

/** All syntax of a source file that the board cannot run as it is meant, with its place and what to write instead. */
export function findImpossible(file: TS.SourceFile, checker: TS.TypeChecker): Problem[] {
  const problems: Problem[] = [];
  const visit = (node: TS.Node): void => {
    if (ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(isAmbient)) return;
    const refusal = ofKind[node.kind] ?? refuse(node, checker);
    if (refusal) {
      const message = `the board cannot run ${refusal.what}`;
      problems.push({ ...placeOf(file, node.getStart(file)), message, cure: refusal.cure });
      // What is inside goes with it.
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return problems;
}

const isAmbient = (modifier: TS.Modifier): boolean => modifier.kind === ts.SyntaxKind.DeclareKeyword;

function refuse(node: TS.Node, checker: TS.TypeChecker): Refusal | undefined {
  if (ts.isFunctionLike(node)) return refuseFunction(node);
  if (ts.isForOfStatement(node)) return node.awaitModifier && asynchronous;
  if (ts.isVariableDeclarationList(node)) return refuseVariables(node);
  if (ts.isArrayLiteralExpression(node)) return refuseArray(node);
  if (ts.isIdentifier(node)) return refuseName(node);
  if (ts.isImportDeclaration(node)) return refuseImport(node);
  if (ts.isForStatement(node)) return refuseLoop(node, checker);
  return undefined;
}

function refuseFunction(node: TS.SignatureDeclaration): Refusal | undefined {
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
  if (modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword)) return asynchronous;
  return 'asteriskToken' in node && node.asteriskToken ? generator : undefined;
}

function refuseVariables({ flags }: TS.VariableDeclarationList): Refusal | undefined {
  if ((flags & ts.NodeFlags.Using) !== 0) {
    return { what: 'using', cure: 'write const, and call at the end what is to be called' };
  }
  if ((flags & ts.NodeFlags.BlockScoped) !== 0) return undefined;
  return { what: 'var, whose scope Lua does not have', cure: 'write let or const' };
}

function refuseArray(array: TS.ArrayLiteralExpression): Refusal | undefined {
  if (array.elements.some(ts.isOmittedExpression) && !isTarget(array)) {
    return { what: 'an array with a hole, which ends there in Lua', cure: 'write a value in its place, such as false' };
  }
  if (!array.elements.some(ts.isSpreadElement)) return undefined;
  return {
    what: 'a spread in an array, which needs up to 1.3 kB of heap',
    cure: 'write a loop with push; for arguments, f(...list)',
  };
}

/** `[a, , b] = list` */
function isTarget(array: TS.ArrayLiteralExpression): boolean {
  const { parent } = array;
  if (ts.isArrayLiteralExpression(parent)) return isTarget(parent);
  return ts.isBinaryExpression(parent) && parent.left === array;
}

function refuseName(name: TS.Identifier): Refusal | undefined {
  const { parent } = name;
  const isField =
    (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) &&
    parent.name === name;
  if (name.text !== 'arguments' || isField) return undefined;
  return {
    what: '`arguments`, which Lua does not have',
    cure: 'write a rest parameter: function f(...list: number[])',
  };
}

function refuseImport({ moduleSpecifier }: TS.ImportDeclaration): Refusal | undefined {
  if (!ts.isStringLiteral(moduleSpecifier) || !moduleSpecifier.text.endsWith('.json')) return undefined;
  return {
    what: 'an import of JSON',
    cure: 'write the values as constants of a module, or embed the file with $asset',
  };
}

/** In JavaScript each turn of the loop has its own variable, in Lua they share one. */
function refuseLoop(loop: TS.ForStatement, checker: TS.TypeChecker): Refusal | undefined {
  const { initializer } = loop;
  if (!initializer || !ts.isVariableDeclarationList(initializer)) return undefined;
  for (const { name } of initializer.declarations) {
    if (!ts.isIdentifier(name)) continue;
    const symbol = checker.getSymbolAtLocation(name);
    const isUse = (node: TS.Node): boolean =>
      ts.isIdentifier(node) && node.text === name.text && checker.getSymbolAtLocation(node) === symbol;
    if (symbol && isInFunction(loop, isUse)) {
      return {
        what: `a function that keeps \`${name.text}\` of a C-style loop: all of them would see its last value`,
        cure: `write \`for (const ${name.text} of $range(first, last))\`, where each turn has its own`,
      };
    }
  }
  return undefined;
}

function isInFunction(node: TS.Node, isWanted: (node: TS.Node) => boolean, isInside = false): boolean {
  const inside = isInside || ts.isFunctionLike(node);
  if (inside && isWanted(node)) return true;
  return ts.forEachChild(node, (child) => isInFunction(child, isWanted, inside) || undefined) ?? false;
}

/**
 * What the compilers have against a program, with its impossible syntax in front: what else they say about the same
 * lines, or about no line at all, follows from that. `files` are looked through where there is a problem.
 */
export function explain(
  problems: readonly Problem[],
  files: readonly TS.SourceFile[],
  checker: TS.TypeChecker,
): Problem[] {
  const withProblem = new Set(problems.map(({ file }) => file));
  const impossible = files
    .filter(({ fileName }) => withProblem.has(undefined) || withProblem.has(relativePath(fileName)))
    .flatMap((file) => findImpossible(file, checker));
  return withImpossible(problems, impossible);
}

export function withImpossible(problems: readonly Problem[], impossible: readonly Problem[]): Problem[] {
  if (impossible.length === 0) return [...problems];
  const refused = new Set(impossible.map(({ file, line }) => `${file}:${line}`));
  const others = problems.filter(({ file, line }) => file !== undefined && !refused.has(`${file}:${line}`));
  return [...impossible, ...others];
}
