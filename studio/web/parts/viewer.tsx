/** @file One drawing, looked at closely: how it was made, what can be made of it, and what to go on with. */

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { seedWord } from '../../../src/recipe/seed.js';
import { wordsAfter } from '../../../src/recipe/words-after.js';
import type { OutputInfo } from '../../protocol.js';
import { url } from '../api.js';
import { printChips } from '../chips.js';
import { type Use, useRecipe } from '../state/draft.js';
import * as gallery from '../state/outputs.js';
import { noLink, shareRecipe } from '../state/share.js';
import { presetNamed } from '../state/studio.js';
import { go } from '../state/ui.js';
import { vary } from '../state/vary.js';
import { duration, likeness, score, stateWord } from '../words.js';
import { Dialog } from './dialog.js';
import { Download } from './download.js';
import { Icon, IconButton } from './icon.js';

const verbs: readonly (readonly [Use, string, string])[] = [
	['all', 'Use all', 'The whole recipe, seed and all'],
	['remix', 'Remix', 'Everything but the seed'],
	['prompt', 'Use prompt', 'Only the words'],
	['seed', 'Use seed', 'Only the seed'],
];

export function Viewer({ info }: { readonly info: OutputInfo }) {
	const close = () => {
		gallery.opened.value = undefined;
	};
	const all = gallery.outputs.value ?? [];
	const place = all.findIndex(({ id }) => id === info.id);
	const step = (by: number) => {
		const next = all[place + by];
		if (place >= 0 && next) gallery.opened.value = next;
	};
	useEffect(() => {
		const onKey = (event: KeyboardEvent) => {
			if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) return;
			if (event.key === 'ArrowLeft') step(-1);
			if (event.key === 'ArrowRight') step(1);
		};
		addEventListener('keydown', onKey);
		return () => removeEventListener('keydown', onKey);
	});
	return (
		<Dialog label={info.title} className="viewer" onClose={close}>
			<div class="viewer-picture">
				{/* Small and there at once, then sharp. */}
				<img src={url.image(info.id, 480)} alt="" />
				<img src={url.picture(info)} alt={info.title} width={info.size[0]} height={info.size[1]} />
			</div>
			<div class="viewer-side">
				<h2 class="viewer-title">{info.title}</h2>
				<p class="hint">
					{new Date(info.created).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })} ·{' '}
					{stateWord(info.state)}
				</p>
				<div class="row wrap">
					{verbs.map(([use, says, title]) => (
						<button
							key={use}
							type="button"
							class={use === 'all' ? 'primary small' : 'plain'}
							title={title}
							onClick={() => {
								useRecipe(info.recipe, use);
								close();
								go('studio');
							}}
						>
							{says}
						</button>
					))}
				</div>
				<Facts info={info} />
				<Downloads info={info} />
				<div class="row wrap viewer-tools">
					<IconButton
						name="star"
						filled={info.starred}
						pressed={info.starred}
						label="Star"
						onClick={() => gallery.star(info)}
					/>
					<IconButton
						name="share"
						label={['Copy a link', noLink(info.recipe)].filter(Boolean).join(': ')}
						disabled={noLink(info.recipe) !== undefined}
						onClick={() => shareRecipe(info.recipe)}
					/>
					<button
						type="button"
						class="plain"
						onClick={async () => {
							close();
							go('studio');
							await vary(info.recipe, 4);
						}}
					>
						<Icon name="grid" /> Four variations
					</button>
					<IconButton name="trash" label="Delete" onClick={() => gallery.remove(info)} />
				</div>
			</div>
		</Dialog>
	);
}

function Facts({ info }: { readonly info: OutputInfo }) {
	const { recipe } = info;
	const { prompts, negative } = wordsAfter(recipe.edits, recipe);
	const facts: readonly (readonly [string, string])[] = [
		['Words', printChips(prompts)],
		['Avoids', printChips(negative)],
		['Look', presetNamed(recipe.preset)?.title ?? recipe.preset ?? ''],
		['Made of', recipe.renderer],
		['Seed', `${recipe.seed} · ${seedWord(recipe.seed)}`],
		['Likeness', score(likeness(recipe, info.scores))],
		['Objective', score(info.value)],
		['Steps', info.step === info.steps ? `${info.steps}` : `${info.step} of ${info.steps}`],
		['Time', duration(info.seconds)],
		['Size', `${info.size[0]} × ${info.size[1]}`],
		['Judge', [recipe.encoder, ...recipe.encoder.others].map(({ name }) => name).join(', ')],
	];
	return (
		<dl class="facts">
			{facts
				.filter(([, value]) => value !== '')
				.map(([name, value]) => (
					<div key={name}>
						<dt>{name}</dt>
						<dd>{value}</dd>
					</div>
				))}
		</dl>
	);
}

/** Vectors have no size; programs open them at this one. */
const large = { size: '1024' };

/** Pixels of the longer side: of films at least, of pictures at most. */
const smallestFilm = 448;
const largestPicture = 8192;

const movies: readonly (readonly [string, string])[] = [
	['mp4', 'MP4'],
	['gif', 'GIF'],
	['webp', 'WebP'],
];

function Downloads({ info }: { readonly info: OutputInfo }) {
	const scale = useSignal('4');
	const [width, height] = info.size;
	const side = Math.max(width, height);
	// As small as it is drawn, a film is hard to see.
	const film = { size: `${Math.max(side, smallestFilm)}` };
	const link = (format: string, says: string, options: Readonly<Record<string, string>> = {}) => (
		<Download key={format} href={url.export(info.id, format, options)} what={`“${info.title}” as ${says}`}>
			{says}
		</Download>
	);
	return (
		<section class="downloads" aria-label="Downloads">
			<h3>Take with you</h3>
			<div class="row wrap">
				{link('png', 'PNG', { scale: scale.value })}
				<select
					aria-label="Size of the PNG in pixels"
					value={scale.value}
					onChange={(event) => {
						scale.value = event.currentTarget.value;
					}}
				>
					{[1, 2, 4, 8]
						.filter((s) => s === 1 || s * side <= largestPicture)
						.map((s) => (
							<option key={s} value={`${s}`}>
								{s * width} × {s * height}
							</option>
						))}
				</select>
				{info.vector && [
					link('svg', 'SVG', large),
					link('animated-svg', 'Animated SVG', large),
					link('plotter', 'Plotter'),
				]}
				{info.frames && movies.map(([format, says]) => link(format, says, film))}
				{link('recipe', 'Recipe')}
			</div>
		</section>
	);
}
