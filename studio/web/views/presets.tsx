/** @file Presets: looks that come with the studio and one's own; used, saved, given away. */

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { PresetInfo } from '../../protocol.js';
import { ApiError, api, url } from '../api.js';
import { FileField } from '../parts/file-field.js';
import { Icon, IconButton } from '../parts/icon.js';
import { pickPicture } from '../parts/pictures.js';
import { SavePreset } from '../parts/save-preset.js';
import { SearchField } from '../parts/search-field.js';
import { needsPicture, recipeIn, usePreset, wanted } from '../state/draft.js';
import { noLink, shareRecipe } from '../state/share.js';
import { loadPresets, presets } from '../state/studio.js';
import { attempt, go, tell } from '../state/ui.js';
import { count, duration } from '../words.js';

const importFile = (file: File, replace = false): Promise<unknown> =>
	attempt(async () => {
		try {
			const { names } = await api.importPresets(file, replace);
			await loadPresets();
			tell(`${count(names.length, 'preset')} imported.`);
		} catch (error) {
			if (!(error instanceof ApiError) || error.code !== 'E_CONFLICT') throw error;
			tell(error.message, { says: 'Replace', run: () => void importFile(file, true) });
		}
	});

export function PresetsView() {
	const saving = useSignal(false);
	const search = useSignal('');
	const input = useRef<HTMLInputElement>(null);
	useEffect(() => void attempt(loadPresets), []);
	const wanted = search.value.trim().toLowerCase();
	const all = (presets.value ?? []).filter(
		({ title, description, tags }) =>
			!wanted || `${title} ${description} ${tags.join(' ')}`.toLowerCase().includes(wanted),
	);
	const groups = [
		['Yours', all.filter(({ source }) => source === 'yours')],
		['From the house', all.filter(({ source }) => source === 'shipped')],
	] as const;
	return (
		<main class="presets page" id="main">
			<header class="page-head">
				<h1 class="display">Presets</h1>
				<div class="filters">
					<SearchField label="Search presets" words={search} />
					<button
						type="button"
						class="plain"
						aria-expanded={saving.value}
						onClick={() => {
							saving.value = !saving.value;
						}}
					>
						<Icon name="plus" /> Save the look in the studio
					</button>
					<button type="button" class="plain" onClick={() => input.current?.click()}>
						<Icon name="up" /> Import
					</button>
					<FileField
						input={input}
						label="Preset file"
						accept=".json,.csv,.png,.svg,.webp,.yaml,.yml"
						onFile={(file) => void importFile(file)}
					/>
				</div>
			</header>
			{saving.value && (
				<SavePreset
					onDone={() => {
						saving.value = false;
					}}
				/>
			)}
			{groups.map(([name, members]) =>
				members.length > 0 ? (
					<section key={name} class="preset-group" aria-label={name}>
						<h2>{name}</h2>
						<ul class="preset-wall">
							{members.map((preset) => (
								<PresetCard key={preset.name} preset={preset} />
							))}
						</ul>
					</section>
				) : null,
			)}
			{presets.value && all.length === 0 && (
				<div class="empty">
					<p class="empty-title">No look like that.</p>
				</div>
			)}
		</main>
	);
}

function PresetCard({ preset }: { readonly preset: PresetInfo }) {
	const unshared = noLink({ prompts: wanted.value });
	const use = () => {
		usePreset(preset);
		go('studio');
		if (needsPicture(preset)) pickPicture();
		else requestAnimationFrame(() => document.getElementById('prompt')?.focus());
	};
	return (
		<li class="preset-card">
			<button type="button" class="preset-picture" aria-label={`Use ${preset.title}`} onClick={use}>
				{preset.thumbnail ? (
					<img src={url.thumbnail(preset.name)} alt="" loading="lazy" decoding="async" />
				) : (
					<Icon name="brush" />
				)}
			</button>
			<h3>{preset.title}</h3>
			<p class="hint">{preset.description}</p>
			<p class="preset-foot">
				<small>
					{[
						preset.seconds === undefined ? preset.author : `about ${duration(preset.seconds)}`,
						needsPicture(preset) && 'needs a picture',
					]
						.filter(Boolean)
						.join(' · ')}
				</small>
				<span class="row">
					<IconButton
						small
						name="share"
						label={`Share ${preset.title}${unshared ? `: ${unshared}; say in the studio what to draw` : ''}`}
						disabled={unshared !== undefined}
						onClick={() => shareRecipe(recipeIn(preset))}
					/>
					<a
						class="icon-button small"
						href={url.preset(preset.name)}
						download
						aria-label={`Export ${preset.title}`}
						title={`Export ${preset.title}`}
					>
						<Icon name="download" />
					</a>
					{preset.source === 'yours' && (
						<IconButton
							small
							name="trash"
							label={`Delete ${preset.title}`}
							onClick={() =>
								attempt(async () => {
									await api.deletePreset(preset.name);
									await loadPresets();
									tell(`The preset “${preset.title}” is gone.`, {
										says: 'Undo',
										run: () =>
											void attempt(async () => {
												await api.restorePreset(preset.name);
												await loadPresets();
											}),
									});
								})
							}
						/>
					)}
				</span>
			</p>
		</li>
	);
}
