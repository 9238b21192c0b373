/** The part of the WebAssembly API that this folder uses: @types/node has none of it, and lib.dom is too much. */
declare namespace WebAssembly {
  type ImportValue = ((...values: number[]) => unknown) | Memory | Table | Global;

  interface Memory {
    readonly buffer: ArrayBuffer;
  }

  interface Table {
    readonly length: number;
    get(index: number): unknown;
    grow(delta: number): number;
  }

  interface Global {
    readonly value: number;
  }
  const Global: new (descriptor: { value: 'i32'; mutable: boolean }, value: number) => Global;

  interface Module {
    readonly [Symbol.toStringTag]?: 'WebAssembly.Module';
  }
  const Module: {
    new (bytes: Uint8Array): Module;
    imports(module: Module): { module: string; name: string }[];
  };

  class RuntimeError extends Error {}

  interface Instance {
    readonly exports: object;
  }
  const Instance: new (module: Module, imports: Record<string, Record<string, ImportValue>>) => Instance;
}
