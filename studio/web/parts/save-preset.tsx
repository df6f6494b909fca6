/** @file Keeping the look in the studio under a name. */

import { useSignal } from '@preact/signals';
import { ApiError, api } from '../api.js';
import { type Brush, paintDrawing } from '../paint.js';
import { drawnAs, recipe, style, wanted } from '../state/draft.js';
import { bestCandidate, pictureOf, run } from '../state/live.js';
import { active } from '../state/queue.js';
import { loadPresets } from '../state/studio.js';
import { attempt, tell } from '../state/ui.js';

/** `My look` -> `my-look`. */
const nameOf = (title: string): string =>
	title
		.trim()
		.toLowerCase()
		.replace(/[^\p{L}\p{N}._]+/gu, '-')
		.replace(/^-+|-+$/g, '');

/** Pixels of the longer side of a picture from the easel. */
const pictureSide = 512;

/** What is on the easel, as a PNG. */
function pictureOnEasel(): Promise<Blob | null> {
	const picture = pictureOf(bestCandidate());
	if (!picture) return Promise.resolve(null);
	const { width, height } = picture.kind === 'vector' ? picture.layout : picture.bitmap;
	const scale = pictureSide / Math.max(width, height);
	const canvas = document.createElement('canvas');
	canvas.width = Math.round(scale * width);
	canvas.height = Math.round(scale * height);
	const context = canvas.getContext('2d')!;
	if (picture.kind === 'vector') paintDrawing(context as Brush, picture.layout, picture.figures, scale);
	else context.drawImage(picture.bitmap, 0, 0, canvas.width, canvas.height);
	return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}

export function SavePreset({ onDone }: { readonly onDone: () => void }) {
	const title = useSignal('');
	const description = useSignal('');
	const withPicture = useSignal(true);
	const on = run.value;
	const going = active(on) && on?.step !== 0;
	// A picture of other settings would promise something else.
	const shown = on && (going || on.state === 'done' || on.state === 'stopped') && drawnAs(on.recipe) ? on : undefined;
	/** What is not finished has no file yet: it is taken as it stands on the easel. */
	const picture = async (): Promise<{ run?: string; upload?: string }> => {
		if (!shown || !withPicture.value) return {};
		if (!going) return { run: shown.id };
		const bytes = await pictureOnEasel();
		return bytes ? { upload: (await api.upload(new File([bytes], 'easel.png', { type: 'image/png' }))).id } : {};
	};
	const save = async (replace: boolean): Promise<void> => {
		const { preset: _, prompts: __, ...look } = recipe.value;
		const prompt = style.value?.prompt;
		await api.savePreset({
			name: nameOf(title.value),
			title: title.value.trim(),
			description: description.value.trim(),
			// Its words as they were written: those of the look come around them again.
			recipe: { ...look, ...(wanted.value.length > 0 && { prompts: wanted.value }) },
			...(prompt !== undefined && { prompt }),
			replace,
			...(await picture()),
		});
		await loadPresets();
		tell(`The preset “${title.value.trim()}” is saved.`);
		onDone();
	};
	return (
		<form
			class="save-preset"
			aria-label="Save a preset"
			onSubmit={(event) => {
				event.preventDefault();
				void attempt(async () => {
					try {
						await save(false);
					} catch (error) {
						if (!(error instanceof ApiError) || error.code !== 'E_CONFLICT') throw error;
						tell(error.message, { says: 'Replace it', run: () => void attempt(() => save(true)) });
					}
				});
			}}
		>
			<label>
				<span class="label">Name</span>
				<input
					required
					maxLength={100}
					value={title.value}
					placeholder="Rainy windows"
					onInput={(event) => {
						title.value = event.currentTarget.value;
					}}
				/>
			</label>
			<label class="grow">
				<span class="label">What it is good for</span>
				<input
					maxLength={500}
					value={description.value}
					onInput={(event) => {
						description.value = event.currentTarget.value;
					}}
				/>
			</label>
			{shown && (
				<label class="check">
					<input
						type="checkbox"
						checked={withPicture.value}
						onChange={(event) => {
							withPicture.value = event.currentTarget.checked;
						}}
					/>
					With the drawing on the easel as its picture
				</label>
			)}
			<button type="submit" class="primary small" disabled={!nameOf(title.value)}>
				Save
			</button>
			<button type="button" class="plain" onClick={onDone}>
				Cancel
			</button>
		</form>
	);
}
