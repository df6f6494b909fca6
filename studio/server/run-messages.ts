/** @file What the server and the thread that draws say to each other. */

import type { z } from 'zod';
import type { Recipe } from '../../src/recipe/schema.js';
import type { VectorLayout } from '../../src/renderers/vectors.js';
import type { branchRequest, runCommand } from '../protocol.js';

/** A run to be drawn. Paths are whole ones. */
export interface DrawTask {
	readonly id: string;
	readonly recipe: Recipe;
	/** Of its folder; what is there already is gone on with. */
	readonly path: string;
	/** Seconds to fit the steps into. */
	readonly budget?: number | undefined;
	/** Seconds that it was drawn for before. */
	readonly seconds: number;
	/** Whether to keep what it was at earlier steps. */
	readonly frames: boolean;
	/** The run that it goes on from, and the step. */
	readonly branch?: { readonly path: string; readonly step: number; readonly changes: BranchChanges } | undefined;
}

/** What a branch does otherwise than the run that it goes on from. */
export type BranchChanges = Omit<z.output<typeof branchRequest>, 'step'>;

export type RunCommand = z.output<typeof runCommand>;

export type RunRequest =
	| { readonly ask: 'draw'; readonly task: DrawTask }
	| { readonly ask: 'command'; readonly call: number; readonly command: RunCommand }
	/** Whether anybody looks: then frames come often. */
	| { readonly ask: 'watched'; readonly watched: boolean }
	/** Load and compile what this recipe needs, before anybody asks for it. */
	| { readonly ask: 'warm'; readonly recipe: Recipe }
	/** End after the step, to go on another time. */
	| { readonly ask: 'interrupt' }
	| { readonly ask: 'close' };

/** One step. */
export interface StepLine {
	readonly step: number;
	readonly value: number;
	readonly scores: readonly number[];
	readonly ms: number;
}

/** A frame of a candidate; `key` when it needs none before it. */
export interface FramePart {
	readonly step: number;
	readonly candidate: number;
	readonly kind: 'vector' | 'image/webp';
	readonly key: boolean;
	readonly data: Uint8Array;
}

/** How far the run is. */
export interface Standing {
	readonly candidates: number;
	readonly best: number;
	/** Seconds of drawing in all, and to come. */
	readonly seconds: number;
	readonly eta: number | null;
	/** Strokes that are locked. */
	readonly locked: readonly number[];
}

export type RunAnswer =
	| {
			readonly answer: 'opened';
			readonly recipe: Recipe;
			readonly step: number;
			readonly layout: VectorLayout | null;
			readonly locked: readonly number[];
			readonly warnings: readonly string[];
	  }
	| { readonly answer: 'steps'; readonly steps: readonly StepLine[]; readonly standing: Standing }
	| { readonly answer: 'frames'; readonly frames: readonly FramePart[]; readonly layout: number }
	/** A figure was added. */
	| { readonly answer: 'layout'; readonly layout: VectorLayout; readonly number: number }
	| { readonly answer: 'state'; readonly state: 'running' | 'paused' }
	| { readonly answer: 'recipe'; readonly recipe: Recipe }
	| { readonly answer: 'warning'; readonly warning: string }
	| { readonly answer: 'obeyed'; readonly call: number; readonly failure?: Failure }
	| {
			readonly answer: 'ended';
			readonly how: RunEnding;
			readonly step: number;
			readonly seconds: number;
			/** Seconds of a step of one candidate; undefined when too few were taken to tell. */
			readonly perStep: number | undefined;
			readonly final: FramePart | undefined;
	  }
	| { readonly answer: 'failed'; readonly failure: Failure };

export type RunEnding = 'done' | 'stopped' | 'skipped' | 'interrupted';

/** An error as it crosses threads. */
export interface Failure {
	readonly message: string;
	readonly code: string | undefined;
	readonly stack?: string | undefined;
}
