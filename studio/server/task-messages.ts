/** @file What is done beside the drawing, in threads of its own: name, what it takes, what it gives. */

import type { ExportOptions } from '../../src/export/formats.js';
import type { Recipe } from '../../src/recipe/schema.js';
import type { FrameList } from '../protocol.js';

export interface Tasks {
	/** A run as a file. */
	export: {
		takes: { readonly path: string; readonly format: string; readonly options: ExportOptions };
		gives: { readonly bytes: Uint8Array };
	};
	/** The moments of a run that are kept, and one of them. */
	frames: { takes: { readonly path: string }; gives: FrameList };
	frame: {
		takes: { readonly path: string; readonly step: number };
		gives: { readonly step: number; readonly kind: 'vector' | 'image/webp'; readonly data: Uint8Array };
	};
	/** Embeddings of picture files; undefined for what cannot be read. */
	pictures: { takes: { readonly paths: readonly string[] }; gives: readonly (Float32Array | undefined)[] };
	/** What the built-in encoder does not know of the words of a recipe; nothing where another is to judge. */
	doubts: { takes: { readonly recipe: Recipe }; gives: readonly string[] };
	/** Embedding of words. */
	words: { takes: { readonly text: string }; gives: Float32Array };
}

export type TaskName = keyof Tasks;
