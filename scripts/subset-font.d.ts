/** The package comes without types; what is used of it. */
declare module 'subset-font' {
  export default function subsetFont(
    font: Buffer,
    /** The characters to keep; undefined with `keepAllGlyphs`. */
    text: string | undefined,
    options: {
      readonly targetFormat: 'sfnt' | 'woff2';
      readonly variationAxes?: Readonly<Record<string, number | { readonly min: number; readonly max: number }>>;
      readonly keepFeatures?: readonly string[];
      readonly keepAllGlyphs?: boolean;
    },
  ): Promise<Buffer>;
}
