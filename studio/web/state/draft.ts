/** @file The recipe that is being written: only what differs from the defaults. It survives a reload. */

import { computed, effect, signal } from '@preact/signals';
import { putWords } from '../../../src/guidance/prompts.js';
import type { CheckedRecipe, PresetInfo } from '../../protocol.js';
import { api } from '../api.js';
import { type Chip, laidOut, readChips, written } from '../chips.js';
import { valueAt, withValue } from '../form-model.js';
import { encoders, presetNamed, schema } from './studio.js';

export interface DraftImage {
	readonly path: string;
	readonly use: 'redraw' | 'prompt';
	readonly weight?: number;
}

type Fields = Readonly<Record<string, unknown>>;
const key = 'draft';

function remembered(): Fields {
	try {
		const read: unknown = JSON.parse(localStorage.getItem(key) ?? '{}');
		return typeof read === 'object' && read !== null ? (read as Fields) : {};
	} catch {
		return {};
	}
}

const kept = remembered();
const first = laidOut((kept.prompts as Chip[]) ?? []);
export const prompts = signal(first.chips);
export const negative = signal<readonly Chip[]>((kept.negative as Chip[]) ?? []);
export const images = signal<readonly DraftImage[]>((kept.images as DraftImage[]) ?? []);
/** Everything else of the recipe. */
export const settings = signal<Fields>((kept.settings as Fields) ?? {});
/** The seed to use while it is locked, and to vary otherwise. */
export const seed = signal<number>((kept.seed as number) ?? 1);
export const seedLocked = signal<boolean>((kept.seedLocked as boolean) ?? false);
/** Words of the look that was chosen: those around one's own, and those it avoids. */
export interface Style {
	readonly prompt?: string;
	readonly negative: readonly Chip[];
}
export const style = signal<Style | undefined>(kept.style as Style | undefined);
/** Seconds to draw for; undefined: as many steps as the recipe says. */
export const seconds = signal<number | undefined>(kept.seconds as number | undefined);
/** What is typed and no chip: of one plain prompt all of it. */
export const typed = signal((kept.typed as string) ?? first.typed);
export const typedNegative = signal('');

effect(() => {
	localStorage.setItem(
		key,
		JSON.stringify({
			prompts: prompts.value,
			typed: typed.value,
			negative: negative.value,
			images: images.value,
			settings: settings.value,
			seed: seed.value,
			seedLocked: seedLocked.value,
			seconds: seconds.value,
			style: style.value,
		}),
	);
});

/** What to draw, as it was written, with what is typed and not a chip yet. */
export const wanted = computed(() => written(prompts.value, typed.value));
const unwanted = computed(() => written(negative.value, typedNegative.value, true));

const avoided = computed(() => style.value?.negative ?? []);

/** Show what is typed as it is understood: several prompts as chips, one as plain words. */
export const settle = (): void => lay(wanted.value, unwanted.value);

function lay(wanted: readonly Chip[], unwanted: readonly Chip[]): void {
	const { chips, typed: words } = laidOut(wanted);
	prompts.value = chips;
	typed.value = words;
	negative.value = unwanted;
	typedNegative.value = '';
}

const styled = (chip: Chip, by: Style | undefined): Chip =>
	chip.weight > 0 ? { ...chip, text: putWords(by ?? {}, chip.text) } : chip;

/** The recipe as it is sent. */
export const recipe = computed<Record<string, unknown>>(() => ({
	...settings.value,
	...(wanted.value.length > 0 && { prompts: wanted.value.map((chip) => styled(chip, style.value)) }),
	...(unwanted.value.length + avoided.value.length > 0 && { negative: [...avoided.value, ...unwanted.value] }),
	...(images.value.length > 0 && { images: images.value }),
	seed: seedLocked.value ? seed.value : -1,
}));

export const renderer = computed(() => (settings.value.renderer as string) ?? 'strokes');
export const presetName = computed(() => settings.value.preset as string | undefined);

/** A setting as it holds: what was chosen, or the default of the schema. */
export function setting(path: readonly string[]): unknown {
	return valueAt(settings.value, path) ?? defaultAt(path);
}

function defaultAt(path: readonly string[]): unknown {
	let node = schema.value;
	for (const name of path) node = node?.properties?.[name];
	return node?.default;
}

export function set(path: readonly string[], value: unknown): void {
	settings.value = withValue(settings.value, path, value);
}

/** Parts of a recipe that are no look: they stay when a preset is used. */
const notLook = new Set(['version', 'prompts', 'negative', 'images', 'seed', 'edits', 'parent', 'arrangement']);
const lookOf = (from: Fields): Fields =>
	Object.fromEntries(Object.entries(from).filter(([name]) => !notLook.has(name)));

function styleOf({ prompt, recipe }: PresetInfo): Style | undefined {
	const given = [recipe.negative ?? []].flat() as (string | Chip)[];
	const negative = given.flatMap((one) => (typeof one === 'string' ? readChips(one, true) : [one]));
	if (prompt === undefined && negative.length === 0) return undefined;
	return { ...(prompt !== undefined && { prompt }), negative };
}

/** Whether a look starts from a picture of one's own. */
export const needsPicture = ({ recipe }: PresetInfo): boolean =>
	recipe.renderer === 'pixels' && valueAt(recipe, ['pixels', 'start']) === 'picture';

export function usePreset(preset: PresetInfo | undefined): void {
	const { encoder, engine, size } = settings.value;
	const own = {
		...(encoder !== undefined && { encoder }),
		...(engine !== undefined && { engine }),
		...(size !== undefined && { size }),
	};
	settings.value = preset ? { ...own, ...lookOf(preset.recipe), preset: preset.name } : own;
	style.value = preset && styleOf(preset);
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const isFields = (value: unknown): value is Fields =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
/** Paths of all that is set. */
const pathsIn = (fields: Fields, before: readonly string[] = []): string[][] =>
	Object.entries(fields).flatMap(([name, value]) =>
		isFields(value) ? pathsIn(value, [...before, name]) : [[...before, name]],
	);

/** What stays when another look is chosen. */
const ownFields = new Set(['preset', 'encoder', 'engine', 'size', 'edits']);
/** Whether the settings are others than those of the look that they began as. */
export const changed = computed(() => {
	const preset = presetNamed(presetName.value);
	const look = preset ? lookOf(preset.recipe) : {};
	return [...pathsIn(settings.value), ...pathsIn(look)].some(
		(path) => !ownFields.has(path[0]!) && !same(setting(path), valueAt(look, path) ?? defaultAt(path)),
	);
});

/** What a run makes of a recipe for itself. */
const resolved = new Set([...notLook, 'encoder', 'engine', 'steps', 'preset']);
/** Whether a drawing was drawn with the settings in the form. */
export const drawnAs = (from: object): boolean =>
	checked.value?.recipe !== undefined &&
	Object.entries(checked.value.recipe).every(
		([name, value]) => resolved.has(name) || same(value, (from as Fields)[name]),
	);

/** The words in the form, in a look, as a recipe. */
export function recipeIn(preset: PresetInfo): Record<string, unknown> {
	const look = styleOf(preset);
	const negative = [...(look?.negative ?? []), ...unwanted.value];
	return {
		...lookOf(preset.recipe),
		preset: preset.name,
		prompts: wanted.value.map((chip) => styled(chip, look)),
		...(negative.length > 0 && { negative }),
	};
}

/** Changes by hand that belong to a recipe that was taken over whole. */
export const edits = computed(() => (settings.value.edits as readonly unknown[] | undefined) ?? []);

export type Use = 'all' | 'remix' | 'prompt' | 'seed';

/** Take over a recipe, or a part of it. */
export function useRecipe(from: Fields, use: Use = 'all'): void {
	if (use !== 'seed') {
		lay((from.prompts as Chip[]) ?? [], (from.negative as Chip[]) ?? []);
		// The words have been put already.
		style.value = undefined;
	}
	if (use === 'all' || use === 'remix') {
		images.value = ((from.images as DraftImage[]) ?? []).filter((image) => image.path.startsWith('upload:'));
		settings.value = {
			...lookOf(from),
			...(use === 'all' && Array.isArray(from.edits) && from.edits.length > 0 && { edits: from.edits }),
		};
		seconds.value = undefined;
	}
	if (use === 'remix') seedLocked.value = false;
	if ((use === 'all' || use === 'seed') && typeof from.seed === 'number' && from.seed >= 0) {
		seed.value = from.seed;
		seedLocked.value = true;
	}
}

/** What the server says about the recipe: issues, warnings, how long it takes. */
export const checked = signal<CheckedRecipe | undefined>(undefined);
let checking: AbortController | undefined;
const encodersHere = computed(() =>
	JSON.stringify(encoders.value.filter(({ present }) => present).map(({ name }) => name)),
);
effect(() => {
	const asked = recipe.value;
	// One that was missing may have come.
	void encodersHere.value;
	checking?.abort();
	const mine = new AbortController();
	checking = mine;
	if (!asked.prompts && !asked.images) {
		checked.value = undefined;
		return;
	}
	setTimeout(async () => {
		if (mine.signal.aborted) return;
		try {
			checked.value = await api.check(asked, mine.signal);
		} catch {
			// Offline, or asked anew: the next change asks again.
		}
	}, 350);
});
