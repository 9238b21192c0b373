import type TS from 'typescript';
import { ts } from '../typescript.ts';
import * as lua from 'typescript-to-lua';
import type { Asset } from '../assets/assets.ts';
import { namedAsset } from '../assets/find-assets.ts';

/** `$asset('page.html').etag` and its other fields as constants; `used` hears of every asset that reaches the code. */
export function assetConstants(find: (source: string) => Asset | undefined, used: (asset: Asset) => void): lua.Plugin {
  const assetOf = (node: TS.Expression | undefined): Asset | undefined => {
    const source = node && ts.isCallExpression(node) ? namedAsset(node) : undefined;
    const asset = source === undefined ? undefined : find(source);
    if (asset) used(asset);
    return asset;
  };
  return {
    visitors: {
      [ts.SyntaxKind.PropertyAccessExpression]: (node, context) => {
        const asset = assetOf(node.expression) ?? assetOf(initialiserOf(context, node.expression));
        const constant = asset && fieldsOf(asset)[node.name.text];
        return constant ?? context.superTransformExpression(node);
      },
      [ts.SyntaxKind.CallExpression]: (node, context) => {
        const asset = assetOf(node);
        if (!asset) return context.superTransformExpression(node);
        const fields = Object.entries(fieldsOf(asset)).map(([key, value]) =>
          lua.createTableFieldExpression(value, lua.createStringLiteral(key)),
        );
        return lua.createTableExpression(fields, node);
      },
    },
  };
}

/** What a `const` was set to. */
function initialiserOf(context: lua.TransformationContext, node: TS.Expression): TS.Expression | undefined {
  const declaration = ts.isIdentifier(node) ? context.checker.getSymbolAtLocation(node)?.valueDeclaration : undefined;
  if (!declaration || !ts.isVariableDeclaration(declaration)) return undefined;
  return ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const ? declaration.initializer : undefined;
}

function fieldsOf(asset: Asset): Record<string, lua.Expression> {
  return {
    name: lua.createStringLiteral(asset.name),
    size: lua.createNumericLiteral(asset.bytes.length),
    etag: lua.createStringLiteral(asset.etag),
    type: lua.createStringLiteral(asset.type),
    encoding: lua.createStringLiteral('gzip'),
  };
}
