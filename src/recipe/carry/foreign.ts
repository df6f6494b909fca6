/** @file Pictures of other programs: what their metadata says, as a draft of a recipe, and what found no place in it. */

import { defaultNegativeWeight } from '../../guidance/prompts.js';
import { excerpt } from '../../validation.js';
import { isObject } from '../plain-data.js';
import { type Recipe, type RecipeInput, recipeSchema } from '../schema.js';
import { boundedJson } from './bytes.js';
import { readGraph } from './comfy.js';
import { longestPrompt, promptsOf } from './foreign-prompts.js';
import { parseInfotext } from './infotext.js';

/** A recipe of another program, as far as it can be said in ours. */
export interface ForeignRecipe {
	readonly program: string;
	/** Prompts, seed, steps and size where they were found and are in range. */
	readonly draft: Pick<RecipeInput, 'seed' | 'steps' | 'size'> & Partial<Pick<Recipe, 'prompts' | 'negative'>>;
	/** What did not map, for people; one line each. */
	readonly notes: readonly string[];
}

/** What most programs say, each in its own words. */
interface Settings {
	readonly prompt?: unknown;
	readonly negative?: unknown;
	readonly seed?: unknown;
	readonly steps?: unknown;
	readonly width?: unknown;
	readonly height?: unknown;
	/** Everything else, by the program's names. */
	readonly rest: Iterable<string>;
}

type Texts = ReadonlyMap<string, string>;

/** Programs, each with a reader that gives undefined when the texts are not its own. Those whose texts look like another's come first. */
const programs: readonly (readonly [string, (texts: Texts) => Settings | undefined])[] = [
	['InvokeAI', (texts) => fromJson(texts.get('invokeai_metadata'), 'positive_prompt', 'negative_prompt')],
	['Fooocus', fromFooocus],
	['A1111 (Stable Diffusion web UI)', (texts) => fromInfotext(texts.get('parameters'))],
	['ComfyUI', fromComfy],
	['pixray', fromPixray],
];

/** The recipe of another program in a picture's texts; undefined when there is none. @throws AtelierError E_RECIPE for one that is damaged */
export function readForeign(texts: Texts): ForeignRecipe | undefined {
	for (const [program, read] of programs) {
		const settings = read(texts);
		if (settings) return { program, ...draftOf(settings) };
	}
	return undefined;
}

function fromJson(text: string | undefined, prompt: string, negative: string): Settings | undefined {
	if (text === undefined) return undefined;
	const json = boundedJson(text, "the picture's metadata");
	if (!isObject(json)) return undefined;
	const { [prompt]: words, [negative]: avoided, seed, steps, width, height, ...rest } = json;
	return { prompt: words, negative: avoided, seed, steps, width, height, rest: filled(rest) };
}

/** Names of values that say something. */
const filled = (values: Record<string, unknown>): string[] =>
	Object.keys(values).filter((k) => values[k] !== null && values[k] !== undefined && values[k] !== '');

function fromInfotext(text: string | undefined): Settings | undefined {
	if (text === undefined) return undefined;
	const { prompt, negative, parameters } = parseInfotext(text);
	// Any text may stand under this key; A1111's has steps or a negative prompt.
	if (!parameters.has('Steps') && !parameters.has('Seed') && negative === '') return undefined;
	const [width, height] = sizeIn(parameters.get('Size'));
	const known = new Set(['Steps', 'Seed', 'Size']);
	return {
		prompt,
		negative,
		seed: parameters.get('Seed'),
		steps: parameters.get('Steps'),
		width,
		height,
		rest: [...parameters.keys()].filter((k) => !known.has(k)),
	};
}

/** Fooocus writes A1111's text, or JSON, and says which; its resolution is a tuple in Python's words. */
function fromFooocus(texts: Texts): Settings | undefined {
	const scheme = texts.get('fooocus_scheme');
	if (scheme === 'a1111') return fromInfotext(texts.get('parameters'));
	const text = texts.get('parameters');
	if (scheme !== 'fooocus' && !(text?.trimStart().startsWith('{') && text.includes('"full_prompt"'))) return undefined;
	const settings = fromJson(text, 'prompt', 'negative_prompt');
	if (!settings) return undefined;
	const { resolution } = boundedJson(text!, "the picture's metadata") as { resolution?: unknown };
	const [width, height] = sizeIn(resolution);
	const known = new Set(['resolution', 'full_prompt', 'full_negative_prompt', 'metadata_scheme']);
	return { ...settings, width, height, rest: [...settings.rest].filter((k) => !known.has(k)) };
}

function fromComfy(texts: Texts): Settings | undefined {
	const text = texts.get('prompt');
	const graph = text?.trimStart().startsWith('{') ? readGraph(boundedJson(text, "the picture's graph")) : undefined;
	if (graph) return { ...graph, rest: graph.nodes.filter((n) => !/^(CLIPTextEncode|Empty\w*LatentImage)$/.test(n)) };
	return texts.has('workflow') ? { rest: ['workflow (the graph of its editor)'] } : undefined;
}

/** pixray writes each argument under its own key; prompts are parted by |, each `text:weight:stop`. */
function fromPixray(texts: Texts): Settings | undefined {
	if (!texts.get('Software')?.startsWith('pixray')) return undefined;
	const [width, height] = sizeIn(texts.get('pixray_size'));
	const known = new Set(['prompts', 'seed', 'seed_used', 'iterations', 'size'].map((k) => `pixray_${k}`));
	return {
		prompt: texts.get('pixray_prompts')?.slice(0, longestPrompt).split('|').map(pixrayPrompt),
		seed: texts.get('pixray_seed_used'),
		steps: texts.get('pixray_iterations'),
		width,
		height,
		rest: [...texts.keys()].filter((k) => k.startsWith('pixray_') && !known.has(k)),
	};
}

function pixrayPrompt(written: string): { text: string; weight: number } {
	const [, text, weight] = /^(.*?)(?::([-+]?[\d.]{1,20}))?(?::[-+]?[\d.]{1,20})?$/s.exec(written)!;
	return { text: text!, weight: Number(weight ?? 1) };
}

/** Two numbers: `512x768`, `(1024, 1024)`, `[256, 256]`. */
function sizeIn(value: unknown): [string?, string?] {
	const match = typeof value === 'string' ? /^\D{0,9}(\d{1,9})\D{1,9}(\d{1,9})\D{0,9}$/.exec(value) : null;
	return match ? [match[1], match[2]] : [];
}

function draftOf(settings: Settings): Pick<ForeignRecipe, 'draft' | 'notes'> {
	const notes: string[] = [];
	const draft: ForeignRecipe['draft'] = {};
	const prompts = promptsOf(settings.prompt, notes).map((p) => ({ ...p, weight: p.weight ?? 1 }));
	const negative = promptsOf(settings.negative, notes).map((p) => ({
		...p,
		weight: p.weight === undefined ? defaultNegativeWeight : 0 - Math.abs(p.weight),
	}));
	if (prompts.length > 0) draft.prompts = prompts;
	if (negative.length > 0) draft.negative = negative;
	const seed = whole(settings.seed);
	if (recipeSchema.shape.seed.safeParse(seed).success && seed !== undefined) draft.seed = seed;
	else if (settings.seed !== undefined)
		notes.push(`seed ${excerpt(String(settings.seed))} (a recipe has no such seed)`);
	const steps = whole(settings.steps);
	if (recipeSchema.shape.steps.safeParse(steps).success && steps !== undefined) draft.steps = steps;
	else if (settings.steps !== undefined) notes.push(`steps ${excerpt(String(settings.steps))}`);
	const size = [whole(settings.width), whole(settings.height)];
	const parsed = recipeSchema.shape.size.safeParse(size);
	if (parsed.success && size[0] !== undefined) draft.size = parsed.data;
	else if (settings.width !== undefined) notes.push(`size ${size.join('x')} (a recipe has sides of 16 to 4096)`);
	const rest = [...settings.rest].map(excerpt);
	if (rest.length > 0) notes.push(rest.slice(0, 40).join(', ') + (rest.length > 40 ? ', ...' : ''));
	return { draft, notes };
}

function whole(value: unknown): number | undefined {
	const number = typeof value === 'string' && /^\d{1,20}$/.test(value.trim()) ? Number(value) : value;
	return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}
