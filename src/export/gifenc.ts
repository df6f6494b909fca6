/** @file The part of gifenc that is used here, with types, which the package does not have. */

import { createRequire } from 'node:module';

export type Rgb = [red: number, green: number, blue: number];

interface FrameOptions {
	readonly palette: readonly (readonly number[])[];
	/** Milliseconds. */
	readonly delay: number;
	readonly transparent: boolean;
	readonly transparentIndex: number;
	/** 1: leave the picture for the next to be drawn on. */
	readonly dispose: number;
	/** Of the whole, said with the first picture; 0 is for ever. */
	readonly repeat: number;
}

interface GifStream {
	writeFrame(index: Uint8Array, width: number, height: number, options: FrameOptions): void;
	finish(): void;
	bytes(): Uint8Array;
}

interface Gifenc {
	GIFEncoder(options?: { readonly initialCapacity?: number }): GifStream;
	/** Up to `colors` colours for RGBA pixels; the array must be all of its buffer. */
	quantize(rgba: Uint8Array, colors: number): Rgb[];
}

// Required, not imported: what the default import of this CommonJS module is, loaders do not agree on.
export const gifenc = createRequire(import.meta.url)('gifenc') as Gifenc;
