/**
 * @file What the studio's server and page say to each other: bodies of the REST routes under /api/v1, and socket events.
 * Bodies of requests are zod schemas (checked by the server, and the OpenAPI document is made from them); answers are types.
 * Ids name runs, uploads, presets and encoders; no request holds a path.
 *
 * GET    /health                      {status: 'ok', version, uptime}
 * GET    /studio                      StudioInfo; with welcome=0 nothing is drawn to look at
 * GET    /runs                        {runs: RunInfo[]}: drawing, waiting, and those of this session that ended
 * POST   /runs                        newRuns -> 201 {runs: RunInfo[]}
 * GET    /runs/:id                    RunInfo, of finished ones too
 * DELETE /runs/:id                    204: forget one that failed or was cancelled
 * POST   /runs/:id/commands           runCommand -> RunInfo
 * POST   /runs/:id/retry              {} -> RunInfo: one that failed or was cancelled waits again
 * POST   /runs/:id/branch             branchRequest -> 201 RunInfo
 * GET    /runs/:id/history            RunHistory
 * GET    /runs/:id/frames             FrameList
 * GET    /runs/:id/frames/:step       the kept frame at or before a step
 * GET    /queue                       QueueInfo
 * POST   /queue                       queueCommand -> QueueInfo
 * POST   /recipes/check               checkRequest -> CheckedRecipe
 * POST   /recipes/prompts             promptPreview -> PromptPreview
 * POST   /recipes/read                readRequest or bytes -> ReadRecipe | NoRecipe
 * POST   /recipes/link                linkRequest -> {fragment}
 * GET    /outputs                     OutputList; with trash=1 what is in the trash
 * DELETE /outputs?trash=1             204: empty the trash, for good
 * GET    /outputs/:id                 OutputInfo
 * PATCH  /outputs/:id                 outputPatch -> OutputInfo
 * DELETE /outputs/:id                 204: to the trash
 * POST   /outputs/:id/restore         {} -> OutputInfo
 * GET    /outputs/:id/image           image.png; with width=320 a WebP of that width at most
 * GET    /outputs/:id/export          a file
 * GET    /presets                     {presets: PresetInfo[]}
 * POST   /presets                     newPreset -> 201 PresetInfo
 * GET    /presets/:name               PresetInfo
 * DELETE /presets/:name               204: one's own
 * POST   /presets/:name/restore       {} -> PresetInfo: one that was removed
 * GET    /presets/:name/thumbnail     a picture
 * GET    /presets/:name/export        its file
 * POST   /presets/import              bytes -> {names}
 * GET    /encoders                    {encoders: EncoderInfo[]}
 * POST   /encoders/:name/download     {} -> 202
 * POST   /uploads                     bytes -> 201 UploadInfo
 * GET    /uploads/:id                 the picture
 * GET    /openapi.json                this, for programs; /docs for people
 */

import { z } from 'zod';
import { negativeList, promptList } from '../src/recipe/prompt-fields.js';
import type { Recipe } from '../src/recipe/schema.js';
import type { VectorLayout } from '../src/renderers/vectors.js';

/** Where the REST routes are. */
export const apiBase = '/api/v1';

/** Names a run, waiting, drawing or finished: its folder's name in the outputs (`batch~cell` for a cell of a batch). */
export const runId = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}._~-]{0,199}$/u);
/** Names an uploaded picture: the sha256 of its bytes. In recipes it is written as the path `upload:<id>`. */
export const uploadId = z.string().regex(/^[0-9a-f]{64}$/);

/** A recipe, complete or not: the server fills in defaults and answers E_RECIPE with every issue. */
const draft = z.record(z.string(), z.unknown());

// ---- Errors ----

/** An error, as `application/problem+json` (RFC 9457). */
export interface Problem {
	/** Always 'about:blank'. */
	readonly type: string;
	readonly title: string;
	readonly status: number;
	/** For people: expected, got, what to do. */
	readonly detail: string;
	/** Stable, e.g. E_RECIPE, E_NOT_FOUND, E_FORBIDDEN, E_TOO_LARGE, E_RATE. */
	readonly code: string;
	/** Of recipes and bodies: each field that is wrong. */
	readonly issues?: readonly { readonly path: string; readonly message: string; readonly suggestion?: string }[];
}

// ---- Runs ----

/**
 * queued: waits; preparing: the encoder is being loaded or steps are caught up with; done: all steps; stopped: ended before, kept;
 * cancelled: left the queue before its first step; interrupted: the server ended meanwhile, goes on with the next start.
 */
export type RunState =
	| 'queued'
	| 'preparing'
	| 'running'
	| 'paused'
	| 'done'
	| 'stopped'
	| 'failed'
	| 'cancelled'
	| 'interrupted';

/** A run as lists show it. */
export interface RunInfo {
	readonly id: string;
	readonly state: RunState;
	/** First prompt as it stands after all edits, or the name of the picture. */
	readonly title: string;
	/** As it is drawn, resolved as far as it is known; with the edits so far. */
	readonly recipe: Recipe;
	/** Steps done, and in all. */
	readonly step: number;
	readonly steps: number;
	/** The objective; larger is better. Null before the first step. */
	readonly value: number | null;
	/** Mean cosine with each of prompts, negative, pictures. */
	readonly scores: readonly number[];
	/** Candidates still in the race. */
	readonly candidates: number;
	/** ISO 8601. */
	readonly created: string;
	readonly finished?: string;
	/** Seconds of drawing so far, pauses left out. */
	readonly seconds: number;
	/** Seconds left, while it runs or waits; null when unknown. */
	readonly eta: number | null;
	/** Place among the waiting, from 0. */
	readonly position?: number;
	readonly problem?: Problem;
	readonly warnings: readonly string[];
	readonly starred: boolean;
	/** What it was branched from. */
	readonly parent?: { readonly id: string; readonly step: number };
	/** Started by the studio itself to have something to show; gives way to everything else. */
	readonly welcome?: boolean;
	/** Whether its renderer is vectors: it then streams figures, and has SVG. */
	readonly vector: boolean;
	/** Whether what it was at earlier steps is kept, to scrub through and to branch from. */
	readonly frames: boolean;
}

/** POST /runs */
export const newRuns = z.strictObject({
	recipe: draft,
	/** How many, with seeds counted up from the recipe's (or all new when that is -1). */
	count: z.int().min(1).max(16).default(1),
	/** Seconds to draw for, each: steps are fitted to this machine, at most the recipe's steps times 4. */
	seconds: z.number().min(1).max(3600).optional(),
	/** Before all that wait. */
	front: z.boolean().default(false),
	/** Candidates stay until they are picked by hand: narrowing at the end only. */
	explore: z.boolean().default(false),
});

/** POST /runs/:id/commands: what a run can be told while it draws. Answered with the RunInfo after it took effect. */
export const runCommand = z.discriminatedUnion('command', [
	z.strictObject({ command: z.literal('pause') }),
	z.strictObject({ command: z.literal('resume') }),
	/** End after this step and keep what there is. */
	z.strictObject({ command: z.literal('stop') }),
	/** End after this step and keep nothing. */
	z.strictObject({ command: z.literal('skip') }),
	/** `edit` is an EditRequest of src/recipe/edits.ts. */
	z.strictObject({ command: z.literal('edit'), edit: draft }),
]);

/** POST /runs/:id/branch: a new run that is the same up to a step, and goes on with other words. */
export const branchRequest = z.strictObject({
	step: z.int().min(0),
	prompts: promptList.optional(),
	negative: negativeList.optional(),
	/** Steps to take in all; default the parent's. */
	steps: z.int().min(1).max(100_000).optional(),
});

/** GET /runs/:id/history: the curves so far, a number a step; long runs are thinned out. */
export interface RunHistory {
	readonly step: readonly number[];
	readonly value: readonly number[];
	/** One list for each place among the prompts, whatever words stood there then; null where none did. */
	readonly scores: readonly (readonly (number | null)[])[];
	/** Milliseconds of each step. */
	readonly ms: readonly number[];
}

/** GET /runs/:id/frames: the moments that are kept; each can be asked for as /runs/:id/frames/:step (binary, see vectors.ts; WebP for pixels). */
export interface FrameList {
	readonly layout: VectorLayout | null;
	readonly steps: readonly number[];
}

// ---- Queue ----

export interface QueueInfo {
	/** Begin nothing new. */
	readonly paused: boolean;
	/** Drawing now, then the waiting in their order. */
	readonly runs: readonly RunInfo[];
}

/** POST /queue */
export const queueCommand = z.discriminatedUnion('command', [
	z.strictObject({ command: z.literal('pause') }),
	z.strictObject({ command: z.literal('resume') }),
	/** Cancel all that wait. */
	z.strictObject({ command: z.literal('clear') }),
	z.strictObject({ command: z.literal('move'), id: runId, position: z.int().min(0).max(10_000) }),
	z.strictObject({ command: z.literal('cancel'), ids: z.array(runId).min(1).max(1000) }),
]);

// ---- Recipes ----

/** POST /recipes/check */
export const checkRequest = z.strictObject({ recipe: draft });
export interface CheckedRecipe {
	/** With all defaults; absent when there are issues. */
	readonly recipe?: Recipe;
	readonly hash?: string;
	readonly issues: readonly { readonly path: string; readonly message: string; readonly suggestion?: string }[];
	/** Words the encoder does not know, and the like. */
	readonly warnings: readonly string[];
	/** Seconds that it will take on this machine; null before anything was measured. */
	readonly seconds: number | null;
}

/** POST /recipes/prompts: what wildcards will make of prompts. */
export const promptPreview = z.strictObject({
	prompts: z.array(z.string().max(4000)).min(1).max(32),
	seed: z
		.int()
		.min(0)
		.max(2 ** 32 - 1)
		.default(0),
	count: z.int().min(1).max(24).default(6),
});

/** As many fillings of each prompt as were asked for, those of equal place belonging together. */
export interface PromptPreview {
	readonly prompts: readonly (readonly string[])[];
	/** How many there are of each prompt at all; null beyond all numbers. */
	readonly counts: readonly (number | null)[];
}

/** POST /recipes/read: a share link; or the bytes of a picture, recipe or preset file as application/octet-stream with its name in `x-file-name`. */
export const readRequest = z.strictObject({ link: z.string().max(100_000) });
export interface ReadRecipe {
	readonly recipe: Recipe;
	/** Whose picture it was: 'atelier', 'a1111', 'invokeai', 'comfyui', ... */
	readonly source: string;
	readonly notes: readonly string[];
	/** When the file was a preset. */
	readonly preset?: string;
}
/** Of a picture that carries no recipe: nothing is wrong with it. */
export interface NoRecipe {
	readonly recipe: null;
}

/** POST /recipes/link -> {fragment: 'r=...'} */
export const linkRequest = z.strictObject({ recipe: draft });

// ---- Outputs ----

/**
 * GET /outputs?q=words&starred=1&renderer=strokes&preset=name&state=done&before=cursor&limit=60: finished runs, newest first; with `q` those
 * drawn from these words, then those that look like them, the most alike first.
 */
export interface OutputList {
	readonly runs: readonly OutputInfo[];
	readonly total: number;
	/** Ask for more with `before=`; absent at the end. */
	readonly next?: string;
}
export interface OutputInfo extends RunInfo {
	/** With `q`: cosine of picture and words, where it was looked at. */
	readonly likeness?: number;
	/** Width and height of image.png in pixels. */
	readonly size: readonly [number, number];
}

/** PATCH /outputs/:id. Also: DELETE /outputs/:id (to the trash), POST /outputs/:id/restore {} (out of it), GET /outputs/:id/image?width=320 (WebP). */
export const outputPatch = z.strictObject({ starred: z.boolean() });

/** GET /outputs/:id/export?format=png&scale=4&…: a download; `recipe` is recipe.json. */
export const exportFormats = [
	'png',
	'svg',
	'animated-svg',
	'plotter',
	'mp4',
	'gif',
	'webp',
	'apng',
	'sheet',
	'recipe',
] as const;

// ---- Presets and encoders ----

export interface PresetInfo {
	readonly name: string;
	readonly title: string;
	readonly description: string;
	readonly author: string;
	readonly tags: readonly string[];
	readonly source: 'shipped' | 'yours';
	readonly recipe: Readonly<Record<string, unknown>>;
	/** How words are put: in the place of `{prompt}`, else in front of it. */
	readonly prompt?: string;
	readonly seconds?: number;
	readonly score?: number;
	/** Whether GET /presets/:name/thumbnail has a picture. */
	readonly thumbnail: boolean;
}

/** POST /presets: save a recipe, with words or without, as one's own preset; `run` takes its picture as the thumbnail, `upload` that one. E_CONFLICT where one has that name. */
export const newPreset = z.strictObject({
	name: z.string().min(1).max(100),
	title: z.string().min(1).max(100),
	description: z.string().max(500).default(''),
	author: z.string().max(100).default(''),
	tags: z.array(z.string().max(40)).max(20).default([]),
	/** Words around those of the user; see PresetInfo. */
	prompt: z.string().max(1000).optional(),
	recipe: draft,
	run: runId.optional(),
	upload: uploadId.optional(),
	replace: z.boolean().default(false),
});
/** POST /presets/import (application/octet-stream, x-file-name; ?replace=1) answers {names}. GET /presets/:name/export is its file. */

export interface EncoderInfo {
	readonly name: string;
	readonly description: string;
	readonly bytes: number;
	readonly imageSize: number;
	/** Whether its weights are on this machine. */
	readonly present: boolean;
	/** Whether POST /encoders/:name/download {} can fetch it. */
	readonly downloadable: boolean;
	/** How fast it guides, by the work of a look. */
	readonly speed?: 'fast' | 'medium' | 'slow' | 'very slow';
	readonly licence?: string;
	/** While it is being fetched. */
	readonly download?: { readonly current_bytes: number; readonly total_bytes: number | null };
}

/** How far a download of weights is. */
export interface DownloadNews {
	/** Name of the encoder. */
	readonly source: string;
	readonly current_bytes: number;
	/** Null while it is not known. */
	readonly total_bytes: number | null;
	/** It ended with nothing; what came is kept for the next try. */
	readonly problem?: Problem;
}

/** POST /uploads (image/*, raw bytes) */
export interface UploadInfo {
	readonly id: string;
	readonly width: number;
	readonly height: number;
}

/** GET /studio: what the page needs first. */
export interface StudioInfo {
	readonly version: string;
	/** JSON Schema of recipes, from which the form is made. */
	readonly schema: unknown;
	readonly limits: {
		readonly bodyBytes: number;
		readonly uploadBytes: number;
		readonly pixels: number;
		readonly strokes: number;
		readonly steps: number;
		readonly queued: number;
	};
	/** Names for `__name__`. */
	readonly wildcards: readonly string[];
	/** The drawing that the studio began by itself, while it goes on. */
	readonly welcome?: RunInfo;
}

// ---- Sockets ----

/** What a watcher is told when it joins, so that nothing of before is missing. */
export interface WatchAnswer extends PackedFrames {
	readonly run: RunInfo;
	readonly history: RunHistory;
	/** Of vector renderers. */
	readonly layout: VectorLayout | null;
	/** Strokes that are locked. */
	readonly locked: readonly number[];
}

/** The same before it is packed. */
export interface Watched extends Omit<WatchAnswer, keyof PackedFrames> {
	/**
	 * The last frame of every candidate that is left. Of vectors there may be two each, a key frame and the difference
	 * from it: to be decoded in this order.
	 */
	readonly frames: readonly Frame[];
}

/** Frames with their data in one (frames.ts): the socket refuses packets of more than ten binaries. */
export interface PackedFrames {
	readonly frames: readonly FrameHead[];
	/** ArrayBuffer in the browser, Buffer in Node. */
	readonly data: ArrayBuffer | Uint8Array;
}

/** A frame without its data, which is so many bytes. */
export type FrameHead = Omit<Frame, 'data'> & { readonly bytes: number };

/** One picture of a run. */
export interface Frame {
	readonly run: string;
	readonly step: number;
	/** Place of the candidate at the start. */
	readonly candidate: number;
	/** 'vector': see vectors.ts; otherwise an image of that media type. */
	readonly kind: 'vector' | 'image/webp';
	/** ArrayBuffer in the browser, Buffer in Node. */
	readonly data: ArrayBuffer | Uint8Array;
	/** Numbers layouts: a stroke was added when it differs from the last; ask for the run again with `watch`. */
	readonly layout: number;
}

export interface StepNews {
	readonly run: string;
	readonly step: number;
	readonly value: number;
	readonly scores: readonly number[];
	readonly ms: number;
	readonly eta: number | null;
	readonly candidates: number;
	/** Place of the best candidate. */
	readonly best: number;
	/** Strokes that are locked. */
	readonly locked?: readonly number[];
}

/** Server to page. `step` and `frame` are volatile: the newest wins; everything else arrives. */
export interface ServerEvents {
	/** A run has changed its state, recipe, star ... */
	run(run: RunInfo): void;
	queue(queue: QueueInfo): void;
	step(news: StepNews): void;
	frame(frame: Frame): void;
	/** The last frame of a run that ended: never volatile. */
	final(frame: Frame): void;
	/** A finished run came, changed or went. */
	output(change: { readonly id: string; readonly change: 'added' | 'changed' | 'removed' }): void;
	/** Weights are coming: a few times a second, and at the end, which is where both numbers are equal or there is a problem. */
	download(news: DownloadNews): void;
}

/** Page to server. */
export interface ClientEvents {
	/** Join the room of a run, and leave that of any other. */
	watch(id: string, answer: (result: WatchAnswer | Problem) => void): void;
	unwatch(): void;
}
