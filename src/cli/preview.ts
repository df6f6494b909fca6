/** @file What prompts come to: wildcards filled in, schedules by step, emphases spelled out. */

import { unknownWordsOf } from '../encoders/open-encoder.js';
import { printPrompt } from '../guidance/prompts.js';
import { type Reading, readText } from '../guidance/readings.js';
import { doubtOf } from '../guidance/targets.js';
import { apartInWords, canStandApart, namedThings } from '../recipe/layout.js';
import { encodersOf, needsEncoder, type Recipe, type RecipePrompt } from '../recipe/schema.js';
import { seedWord } from '../recipe/seed.js';
import { warn } from './table.js';

/** Say on stdout what the prompts of a resolved recipe come to, and on stderr what is doubtful about them; the exit code. */
export function printPreview(recipe: Recipe, json: boolean, hints: readonly string[]): number {
	const { seed, steps, prompts, negative, images } = recipe;
	const things = recipe.layout === 'auto' && canStandApart(recipe) ? namedThings(recipe) : undefined;
	const apart =
		things && apartInWords(things.parts, things.arrangement, ' where the encoder knows single things alone');
	const warnings = [...hints, ...doubtsAbout(recipe, things?.parts), ...(apart ? [apart] : [])];
	const described = [...prompts, ...negative].map((prompt) => ({ ...prompt, states: statesOf(prompt, steps) }));
	if (json) {
		process.stdout.write(
			`${JSON.stringify({ event: 'preview', seed, word: seedWord(seed), prompts: described, images, warnings })}\n`,
		);
		return 0;
	}
	const lines = [`seed ${seed} (${seedWord(seed)})`];
	for (const prompt of described) {
		lines.push(printPrompt(prompt));
		if (prompt.template !== undefined) lines.push(`  from ${prompt.template}`);
		const { stop, states } = prompt;
		if (prompt.weight < 0) lines.push(`  avoided, weight ${prompt.weight}`);
		if (stop !== undefined) lines.push(`  until its score is ${stop}`);
		if (states.length > 1 || states[0]!.emphases.length > 0 || states[0]!.scale !== 1)
			for (const state of states)
				lines.push(`  ${states.length > 1 ? `steps ${state.first} to ${state.last}: ` : ''}${said(state)}`);
	}
	for (const { path, use, weight } of images) lines.push(`${use === 'redraw' ? 'redraw' : 'like'} ${path}:${weight}`);
	process.stdout.write(`${lines.join('\n')}\n`);
	for (const warning of warnings) warn(warning);
	return 0;
}

/** Words that the encoder was never taught, as a drawing would say them. */
function doubtsAbout(recipe: Recipe, parts: readonly string[] | undefined): string[] {
	if (!needsEncoder(recipe)) return [];
	// Of things apart the encoder never reads what joins them.
	const wanted = parts ?? textsOf(recipe.prompts.filter(({ weight }) => weight > 0));
	const others = textsOf([...recipe.prompts.filter(({ weight }) => weight <= 0), ...recipe.negative]);
	const texts = [...wanted, ...others].flatMap((text) => readText(text).readings.map((r) => r.text));
	return encodersOf(recipe).flatMap(({ name }) =>
		[...new Set(texts)]
			.map(unknownWordsOf(name))
			.flatMap((unknown) => (unknown.length > 0 ? [doubtOf(name, unknown)] : [])),
	);
}

const textsOf = (prompts: readonly RecipePrompt[]): string[] => prompts.map(({ text }) => text);

/** One state of a prompt, with its first and last step, counted from 1. */
type State = Reading & { readonly first: number; last: number };

function statesOf({ text }: RecipePrompt, steps: number): State[] {
	const { readings, at } = readText(text);
	const states: (State & { index: number })[] = [];
	for (let step = 0; step < steps; step++) {
		const index = at({ step, steps });
		const now = states.at(-1);
		if (now?.index === index) now.last = step + 1;
		else states.push({ ...readings[index]!, index, first: step + 1, last: step + 1 });
	}
	return states.map(({ index: _, ...state }) => state);
}

function said({ text, scale, emphases }: Reading): string {
	if (text === '') return 'nothing';
	const times = (factor: number) => Number(factor.toFixed(4));
	return [
		text,
		...(scale === 1 ? [] : [`weight times ${times(scale)}`]),
		...emphases.map(({ without, factor }) => `plus ${times(factor)} of what sets it apart from '${without}'`),
	].join(', ');
}
