/** @file Pictures in the recipe: dropped or chosen, redrawn or as a prompt. */

import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { api, url } from '../api.js';
import { type DraftImage, images } from '../state/draft.js';
import { attempt } from '../state/ui.js';
import { FileField } from './file-field.js';
import { Icon, IconButton } from './icon.js';

/** Take a picture file into the recipe. */
export const addPicture = (file: File): Promise<unknown> =>
	attempt(async () => {
		const { id } = await api.upload(file);
		const use = images.value.some((image) => image.use === 'redraw') ? 'prompt' : 'redraw';
		images.value = [...images.value, { path: `upload:${id}`, use }];
	});

const asked = signal(false);

/** Ask for a picture to redraw, unless there is one; as soon as the studio is in view. */
export function pickPicture(): void {
	asked.value = !images.value.some(({ use }) => use === 'redraw');
}

export function Pictures() {
	const input = useRef<HTMLInputElement>(null);
	useEffect(() => {
		if (asked.value) input.current?.click();
		asked.value = false;
	}, [asked.value]);
	const change = (i: number, next: DraftImage | undefined) => {
		images.value = images.value.flatMap((old, k) => (k === i ? (next ? [next] : []) : [old]));
	};
	return (
		<div class="pictures">
			{images.value.length > 0 && (
				<ul class="picture-list" aria-label="Pictures">
					{images.value.map((image, i) => (
						<li key={image.path} class="picture-item">
							<img src={url.upload(image.path.replace('upload:', ''))} alt="" />
							<select
								aria-label={`Use of picture ${i + 1}`}
								value={image.use}
								onChange={(event) => change(i, { ...image, use: event.currentTarget.value as DraftImage['use'] })}
							>
								<option value="redraw">Redraw it</option>
								<option value="prompt">Draw what it shows</option>
							</select>
							<input
								type="number"
								aria-label={`Weight of picture ${i + 1}`}
								step="0.1"
								min={image.use === 'redraw' ? 0 : -10}
								max={10}
								value={image.weight ?? 1}
								onChange={(event) => change(i, { ...image, weight: event.currentTarget.valueAsNumber || 0 })}
							/>
							<IconButton small name="close" label={`Remove picture ${i + 1}`} onClick={() => change(i, undefined)} />
						</li>
					))}
				</ul>
			)}
			<button type="button" class="link" onClick={() => input.current?.click()}>
				<Icon name="image" /> Add a picture
			</button>
			<FileField
				input={input}
				label="Picture file"
				accept="image/png,image/jpeg,image/webp,image/gif"
				onFile={(file) => void addPicture(file)}
			/>
		</div>
	);
}
